import { connect, createServer, type Socket } from "node:net";

/** Where a process is severed from its database. */
export type Cut = {
  /**
   * What is counted: every statement that it sends; only those that commit something; or those that it sends while it
   * holds nothing locked.
   */
  counts: "statements" | "commits" | "free";
  /** At which one; 1 is the first. */
  nth: number;
  /**
   * `before`: it never reaches PostgreSQL. `after`: PostgreSQL has done it, and the process is never told. `stall`: the
   * process stands still there, and goes on when `onCut` is over.
   */
  side: "before" | "after" | "stall";
};

/** A way to PostgreSQL that ends at a chosen statement, as it does for a process that is killed there. */
export type Line = {
  /** What the process takes for its database's address. */
  url: string;
  isSevered(): boolean;
  /** The cut was reached, whatever its side. */
  isReached(): boolean;
  /** From now on it leads to another server, which has the same database: new connections only. */
  leadTo(url: string): void;
  close(): void;
};

export type LineOptions = {
  cut?: Cut;
  /** Called at the cut, before anything else can happen: here a process is killed. A stall lasts as long as this. */
  onCut?: () => void | Promise<void>;
};

/**
 * Opens such a line. Once severed it is dead for good: nothing that the process still tries can change the database,
 * so that for everybody else it is gone. PostgreSQL rolls back what was not committed.
 */
export async function openLine(databaseUrl: string, { cut, onCut }: LineOptions = {}): Promise<Line> {
  const sockets = new Set<Socket>();
  let target = new URL(databaseUrl);
  let severed = false;
  let counted = 0;
  let struck = false;

  function sever(): void {
    severed = true;
    void onCut?.();
    for (const socket of sockets) socket.destroy();
  }

  function carry(client: Socket): void {
    const server = connect(Number(target.port), target.hostname);
    const fromClient = new Messages("untyped first");
    const fromServer = new Messages("typed");
    let inTransaction = false;
    let awaited = false;
    let held: Buffer[] | null = null;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
    }
    const release = () => {
      for (const message of held ?? []) server.write(message);
      held = null;
    };
    function isCounted(text: string, { counts }: Cut): boolean {
      const word = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "";
      const wasFree = !inTransaction;
      if (word === "BEGIN") inTransaction = true;
      else if (word === "COMMIT" || word === "ROLLBACK") inTransaction = false;
      if (counts === "commits") return wasFree ? WRITE_MODES.test(text) : word === "COMMIT";
      return counts === "statements" || wasFree;
    }

    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());

    client.on("data", (chunk) => {
      for (const message of fromClient.push(chunk)) {
        if (severed) return;
        const text = statementOf(message);
        if (text !== null && cut && isCounted(text, cut)) counted += 1;
        if (counted === cut?.nth && !struck) {
          struck = true;
          if (cut.side === "before") return sever();
          if (cut.side === "stall") held = [];
          awaited = cut.side === "after";
          if (held) void Promise.resolve(onCut?.()).finally(release);
        }
        if (held) held.push(message);
        else server.write(message);
      }
    });
    server.on("data", (chunk) => {
      if (severed) return;
      if (!awaited) fromServer.skip(chunk);
      // PostgreSQL is ready for the next one: it has done this one.
      else if (fromServer.push(chunk).some((message) => message[0] === READY)) return sever();
      if (!awaited) client.write(chunk);
    });
  }

  const listener = createServer((client) => (severed ? client.destroy() : carry(client)));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("The line has no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.toString(),
    isSevered: () => severed,
    isReached: () => struck,
    leadTo(other) {
      target = new URL(other);
    },
    close() {
      severed = true;
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}

/** Outside of a transaction each of these is committed at once. */
const WRITE_MODES = /\b(INSERT INTO|UPDATE|DELETE FROM|add_job)\b/i;
const READY = "Z".charCodeAt(0);

/** The SQL of a message of the client's (a simple query, or one to be parsed); null for any other. */
function statementOf(message: Buffer): string | null {
  const type = String.fromCharCode(message[0] ?? 0);
  if (type !== "Q" && type !== "P") return null;
  const body = message.subarray(5);
  const from = type === "P" ? body.indexOf(0) + 1 : 0;
  return body.toString("utf8", from, body.indexOf(0, from));
}

/** Cuts a stream of PostgreSQL's protocol into whole messages: a letter, a length, a body; a client's first has no letter. */
class Messages {
  private rest: Buffer = Buffer.alloc(0);
  private untyped: boolean;

  constructor(kind: "typed" | "untyped first") {
    this.untyped = kind === "untyped first";
  }

  push(chunk: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const whole: Buffer[] = [];
    for (;;) {
      const letter = this.untyped ? 0 : 1;
      if (this.rest.length < letter + 4) return whole;
      const length = letter + this.rest.readInt32BE(letter);
      if (this.rest.length < length) return whole;
      whole.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
      this.untyped = false;
    }
  }

  /** Nobody waits for anything in it; only where the next message begins is kept. */
  skip(chunk: Buffer): void {
    this.push(chunk);
  }
}
