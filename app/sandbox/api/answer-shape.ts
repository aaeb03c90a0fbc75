/** What a request is answered with. */
export interface Answer {
  status: number;
  body: string;
  headers: Readonly<Record<string, string>>;
}
