import { describe, expect, it, vi } from "vitest";
import { keepAsking } from "./page-data";
import { askAgain, giveUpUnsafe, readWaiting } from "./wait-for-server";

const page = new URL("http://parity.test/runs.data");
const there = () => new Response("runs", { headers: { "X-Remix-Response": "yes" } });
const proxy = () => new Response("<h1>Bad gateway</h1>", { status: 502 });

/** Answers one after another; an error where there is no connection. */
function createServer(...answers: (() => Response)[]) {
  const sent: string[] = [];
  const send = keepAsking(async (_input, init) => {
    sent.push(init?.method ?? "GET");
    const answer = answers[sent.length - 1];
    if (!answer) throw new TypeError("Failed to fetch");
    return answer();
  });
  return { send, sent, answers };
}

const isWaiting = (tries: number) => vi.waitFor(() => expect(readWaiting()?.tries).toBe(tries));

describe("R335: data of a page, while the server does not answer", () => {
  it("is asked for again until it comes: nothing but the answer reaches the page", async () => {
    const { send, sent, answers } = createServer(proxy);
    const answer = send(page);
    await isWaiting(1);
    askAgain({ alsoUnsafe: false });
    await isWaiting(2);
    expect(readWaiting()).toEqual({ isSafe: true, isRefused: false, tries: 2 });
    answers.push(proxy, there);
    askAgain({ alsoUnsafe: false });
    expect(await (await answer).text()).toBe("runs");
    expect(sent).toHaveLength(3);
    expect(readWaiting()).toBeNull();
  });

  it("is never posted a second time without a person", async () => {
    const { send, sent, answers } = createServer();
    const answer = send(page, { method: "POST" });
    await isWaiting(1);
    expect(readWaiting()).toEqual({ isSafe: false, isRefused: false, tries: 1 });
    askAgain({ alsoUnsafe: false });
    expect(sent).toHaveLength(1);
    answers.push(proxy, there);
    askAgain({ alsoUnsafe: true });
    expect(await (await answer).text()).toBe("runs");
    expect(sent).toEqual(["POST", "POST"]);
  });

  it("R390: of what was posted while the database cannot be used nothing is an error in the place of the page", async () => {
    const unavailable = () =>
      new Response("an error", { status: 503, headers: { "X-Remix-Response": "yes" } });
    const { send, sent, answers } = createServer(unavailable);
    const answer = send(page, { method: "POST" });
    await isWaiting(1);
    expect(readWaiting()).toEqual({ isSafe: false, isRefused: true, tries: 1 });
    askAgain({ alsoUnsafe: false });
    expect(sent).toHaveLength(1);
    answers.push(there);
    askAgain({ alsoUnsafe: true });
    expect(await (await answer).text()).toBe("runs");
  });

  it("is given up when it was posted and the person does not want it sent: the answer is empty", async () => {
    const { send, sent } = createServer();
    const answer = send(page, { method: "POST" });
    await isWaiting(1);
    giveUpUnsafe();
    expect((await answer).status).toBe(204);
    expect(sent).toHaveLength(1);
    expect(readWaiting()).toBeNull();
  });

  it("ends when the person goes elsewhere", async () => {
    const { send } = createServer();
    const leaving = new AbortController();
    const answer = send(page, { signal: leaving.signal });
    await isWaiting(1);
    leaving.abort(new Error("another page"));
    await expect(answer).rejects.toThrow("another page");
    expect(readWaiting()).toBeNull();
  });

  it("is passed on when it is an answer of ours, also an error, and what is no data of a page is not kept", async () => {
    const ours = () => new Response("down", { status: 503, headers: { "X-Remix-Response": "yes" } });
    expect((await createServer(ours).send(page)).status).toBe(503);
    await expect(createServer().send("/decisions", { method: "POST" })).rejects.toThrow("Failed to fetch");
    expect((await createServer(proxy).send("/decisions")).status).toBe(502);
    expect(readWaiting()).toBeNull();
  });
});
