// Parity on AWS Lambda, behind a function URL with the invoke mode RESPONSE_STREAM: the caller has the whole answer while the
// function still does what is left behind it. Runtime nodejs22.x; package: build/, prisma/migrations/, this file, serverless-http.
import serverless from "serverless-http";
import { handler } from "../../build/parity/handler.js";

const answer = serverless(handler);

export const lambda = awslambda.streamifyResponse(async (event, stream) => {
  const { statusCode, headers, cookies, body, isBase64Encoded } = await answer(event, {});
  const response = awslambda.HttpResponseStream.from(stream, { statusCode, headers, cookies });
  response.end(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
  await handler.settled();
});
