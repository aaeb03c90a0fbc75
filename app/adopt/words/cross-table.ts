/** How often each word stands beside each thing that Stripe says. */
export class CrossTable {
  readonly #counts = new Map<string, Map<string, number>>();

  add(thing: string, word: string): void {
    const words = this.#counts.get(thing) ?? new Map<string, number>();
    words.set(word, (words.get(word) ?? 0) + 1);
    this.#counts.set(thing, words);
  }

  get things(): string[] {
    return [...this.#counts.keys()];
  }

  /** The word that stands beside it most often, where it stands there clearly more often than others. */
  findWord(thing: string): { word: string; count: number; total: number } | undefined {
    const counts = [...(this.#counts.get(thing) ?? [])].sort((a, b) => b[1] - a[1]);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const [top] = counts;
    return top && top[1] >= CLEAR_SHARE * total ? { word: top[0], count: top[1], total } : undefined;
  }
}

/** Accounts that are out of step are few: what most of them have is the word. */
const CLEAR_SHARE = 0.6;
