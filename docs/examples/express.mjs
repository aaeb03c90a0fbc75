// An Express application whose workspaces have Parity check the payment behind the answer. Parity runs elsewhere, on the same
// database.
import express from "express";
import pg from "pg";
import { createPaymentCheck } from "./payment-check.mjs";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
// The pool replaces a connection that is lost; without a listener the process would end.
pool.on("error", () => {});
const checkPayment = createPaymentCheck((text, values) => pool.query(text, values));

export const app = express();

app.get("/workspaces/:id", async (request, response) => {
  const userId = request.get("X-User"); // Your own session says who it is.
  if (!userId) return response.sendStatus(401);
  checkPayment(userId);
  const { rows } = await pool.query('SELECT id, status FROM "Workspace" WHERE id = $1 AND "ownerId" = $2', [
    request.params.id,
    userId,
  ]);
  if (rows.length === 0) return response.sendStatus(404);
  response.json(rows[0]);
});
