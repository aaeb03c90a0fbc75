import { connect, createServer, type Socket } from "node:net";

/** The statement at which a process loses its database. */
export type Breakpoint = {
  /** What is counted: every statement; only those that commit something; or those outside transactions. */
  counts: "statements" | "commits" | "outside transactions";
  /** 1 is the first. */
  nth: number;
  /**
   * `before`: the statement never reaches PostgreSQL. `after`: PostgreSQL has executed it, and the process gets no answer.
   * `stall`: the process waits there, and continues when `onBreak` is done.
   */
  side: "before" | "after" | "stall";
};

/** A proxy to PostgreSQL that disconnects at a chosen statement, as if the process had been killed there. */
export type PostgresProxy = {
  /** The address that the process uses for its database. */
  url: string;
  isDisconnected(): boolean;
  /** The process came to the breakpoint, whatever its side. */
  hasReachedBreakpoint(): boolean;
  /** New connections go to another server from now on, which has the same database. */
  redirectTo(url: string): void;
  /** The connections that are open lead nowhere from now on, and nothing closes them; new ones work. As after a fail-over. */
  silence(): void;
  close(): void;
};

export type PostgresProxyOptions = {
  breakpoint?: Breakpoint;
  /** Called at the breakpoint before anything else can happen, for example to kill the process. A stall lasts as long. */
  onBreak?: () => void | Promise<void>;
};

/** Once disconnected, a proxy stays so: the process cannot change the database any more, and PostgreSQL rolls back. */
export async function openPostgresProxy(
  databaseUrl: string,
  { breakpoint, onBreak }: PostgresProxyOptions = {},
): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  const silence: (() => void)[] = [];
  let target = new URL(databaseUrl);
  const silenced = new Set<Socket>();
  let isDisconnected = false;
  let counted = 0;
  let hasBroken = false;

  function disconnect(): void {
    isDisconnected = true;
    void onBreak?.();
    for (const socket of sockets) socket.destroy();
  }

  function forward(client: Socket): void {
    const server = connect(Number(target.port), target.hostname);
    const fromClient = new Messages("untyped first");
    const fromServer = new Messages("typed");
    let retryOnDeadlock = false;
    let awaitsAnswer = false;
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
    function isCounted(text: string, { counts }: Breakpoint): boolean {
      const word = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "";
      const wasFree = !retryOnDeadlock;
      if (word === "BEGIN") retryOnDeadlock = true;
      else if (word === "COMMIT" || word === "ROLLBACK") retryOnDeadlock = false;
      if (counts === "commits") return wasFree ? WRITES.test(text) : word === "COMMIT";
      return counts === "statements" || wasFree;
    }

    client.on("close", () => server.destroy());
    silence.push(() => {
      silenced.add(client);
      server.destroy();
    });
    server.on("close", () => {
      if (!silenced.has(client)) client.destroy();
    });

    client.on("data", (chunk) => {
      for (const message of fromClient.push(chunk)) {
        if (isDisconnected || silenced.has(client)) return;
        const text = readStatement(message);
        if (text !== null && breakpoint && isCounted(text, breakpoint)) counted += 1;
        if (counted === breakpoint?.nth && !hasBroken) {
          hasBroken = true;
          if (breakpoint.side === "before") return disconnect();
          if (breakpoint.side === "stall") held = [];
          awaitsAnswer = breakpoint.side === "after";
          if (held) void Promise.resolve(onBreak?.()).finally(release);
        }
        if (held) held.push(message);
        else server.write(message);
      }
    });
    server.on("data", (chunk) => {
      if (isDisconnected) return;
      if (!awaitsAnswer) fromServer.skip(chunk);
      // PostgreSQL is ready for the next statement, so it has executed this one.
      else if (fromServer.push(chunk).some((message) => message[0] === READY)) return disconnect();
      if (!awaitsAnswer) client.write(chunk);
    });
  }

  const listener = createServer((client) => (isDisconnected ? client.destroy() : forward(client)));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.toString(),
    isDisconnected: () => isDisconnected,
    hasReachedBreakpoint: () => hasBroken,
    redirectTo(other) {
      target = new URL(other);
    },
    silence() {
      for (const one of silence) one();
    },
    close() {
      isDisconnected = true;
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}

/** Outside of a transaction each of these is committed at once. */
const WRITES = /\b(INSERT INTO|UPDATE|DELETE FROM|add_job)\b/i;
const READY = "Z".charCodeAt(0);

/** The SQL of a client's message (a simple query, or one to be parsed); null for any other. */
function readStatement(message: Buffer): string | null {
  const type = String.fromCharCode(message[0] ?? 0);
  if (type !== "Q" && type !== "P") return null;
  const body = message.subarray(5);
  const from = type === "P" ? body.indexOf(0) + 1 : 0;
  return body.toString("utf8", from, body.indexOf(0, from));
}

/** Splits a stream of PostgreSQL's protocol into messages: a letter, a length, a body. A client's first has no letter. */
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

  /** Only keeps where the next message begins. */
  skip(chunk: Buffer): void {
    this.push(chunk);
  }
}
