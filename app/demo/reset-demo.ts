import { resetDemo } from "./reset-demo.server";

// npm run demo:reset: deletes the demo's data, so that `npm start` creates it again.

const dataDirectory = process.env.PARITY_DATA_DIR?.trim() || ".data";
const result = await resetDemo(dataDirectory);

if (result.ok) {
  const next = "`npm start` creates the demo again.";
  process.stdout.write(
    result.deleted
      ? `Deleted ${dataDirectory}/. ${next}\n`
      : `There is no demo in ${dataDirectory}/. ${next}\n`,
  );
} else {
  process.stderr.write(`${result.message}\n`);
  process.exitCode = 1;
}
