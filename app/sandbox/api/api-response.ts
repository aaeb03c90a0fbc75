/** The response of the API. */
export interface ApiResponse {
  status: number;
  body: string;
  headers: Readonly<Record<string, string>>;
}
