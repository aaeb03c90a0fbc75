// An Express application that also serves Parity, under a host name of its own: Parity's pages link to /users and /assets, so it
// cannot stand under a path such as /parity. Its environment is the same as everywhere (README, Configuration), and APP_URL is
// https://parity.example.com. In a process that lives on, Parity's worker runs in it, too.
import express from "express";
import { handler as parity } from "../../build/parity/handler.js";

export const app = express();

// Before everything that reads bodies: Stripe signs the bytes.
app.use((request, response, next) => {
  if (request.hostname === "parity.example.com") parity(request, response);
  else next();
});
app.get("/", (_request, response) => response.send("The application"));

export const server = app.listen(process.env.PORT ?? 3000);

process.once("SIGTERM", () => {
  server.close();
  // Runs and jobs are handed over to the next process.
  void parity.close();
});
