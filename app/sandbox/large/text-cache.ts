/** Keeps the text of objects that never change and that many others show. */
export class TextCache<O extends object> {
  readonly #texts = new WeakMap<O, string>();
  readonly #serialize: (object: O) => string;

  constructor(serialize: (object: O) => string) {
    this.#serialize = serialize;
  }

  get(object: O): string {
    let text = this.#texts.get(object);
    if (text === undefined) {
      text = this.#serialize(object);
      this.#texts.set(object, text);
    }
    return text;
  }
}
