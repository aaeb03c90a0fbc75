import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

// For vitest, before each file. To hash a password, or to compare one, takes a sixth of a second of processor time on purpose,
// and tests do it some hundred times. Here it costs nothing; the rest of better-auth's hash stays as it is. That the product
// asks for the whole work is tested in app/auth/sign-in.test.ts.

const CHEAP = { N: 2, r: 1, p: 1 };
const REAL = "withTheWholeWork";
const current = crypto.scrypt;
const real: typeof crypto.scrypt = Reflect.get(current, REAL) ?? current;

function cheapScrypt(
  password: string,
  salt: string,
  length: number,
  _options: crypto.ScryptOptions,
  done: (error: Error | null, key: Buffer) => void,
): void {
  real(password, salt, length, CHEAP, done);
}
Reflect.set(cheapScrypt, REAL, real);
use(cheapScrypt);

/** For a file whose passwords another process compares. */
export function useRealPasswords(): void {
  use(real);
}

function use(scrypt: unknown): void {
  Reflect.set(crypto, "scrypt", scrypt);
  syncBuiltinESMExports();
}
