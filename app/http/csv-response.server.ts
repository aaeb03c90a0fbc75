import { formatCsvLine } from "./csv-line";

/** A table as a CSV download. It is streamed piece by piece, so that a million rows need the memory of one piece. */
export function createCsvResponse(
  fileName: string,
  head: string[],
  pieces: AsyncGenerator<string[][], void>,
): Response {
  const encoder = new TextEncoder();
  const format = (rows: string[][]) => encoder.encode(rows.map(formatCsvLine).join(""));
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(format([head])),
    pull: async (controller) => {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(format(value));
    },
    cancel: async () => void (await pieces.return()),
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${fileName.replace(/[^\w.-]/g, "")}"`,
    },
  });
}
