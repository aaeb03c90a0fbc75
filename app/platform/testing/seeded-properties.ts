import fc from "fast-check";

// For vitest. The same cases each time, so that a test which was green stays so; a hunt searches new ones.
if (!process.env.PARITY_HUNT) fc.configureGlobal({ seed: 20_261_130 });
