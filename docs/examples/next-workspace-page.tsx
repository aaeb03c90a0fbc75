// app/workspaces/[id]/page.tsx of a Next.js application (15.1 or newer): Parity, on the same database, checks the payment behind
// the answer. The same line works in a route handler and in a server action.
import { notFound } from "next/navigation";
import { after } from "next/server";
import { pool } from "@/lib/database"; // pg, Prisma, Drizzle: whatever runs one statement
import { readUserId } from "@/lib/session";

export default async function WorkspacePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const userId = await readUserId();
  after(() => pool.query("SELECT parity.check_user($1)", [userId]).catch(() => {}));
  const { rows } = await pool.query('SELECT name, status FROM "Workspace" WHERE id = $1 AND "ownerId" = $2', [
    id,
    userId,
  ]);
  if (rows.length === 0) notFound();
  return (
    <main>
      <h1>{rows[0].name}</h1>
      <p>{rows[0].status === "active" ? "Welcome back." : "This workspace is locked."}</p>
    </main>
  );
}
