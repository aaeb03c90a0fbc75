import { Agent, get } from "node:http";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import type { SandboxProcess } from "./sandbox-process";

/** Microseconds to fetch and parse a subscription on the machine that the targets were set on. */
export const REFERENCE_MINIMUM = 23;

const PAGES = 100;
const listed = z.object({ data: z.array(z.object({ id: z.string() })), has_more: z.boolean() });

/**
 * Microseconds of Node's processor time to fetch and parse one subscription of the list and nothing else: the least that
 * a full run costs on this machine.
 */
export async function measureMinimum({ url, secretKey }: SandboxProcess): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const fetchPage = async (after: string | null) => {
    const query = `status=all&limit=100&expand[]=data.customer${after === null ? "" : `&starting_after=${after}`}`;
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${secretKey}` };
      get(`${url}/v1/subscriptions?${query}`, { agent, headers }, (response) => {
        buffer(response).then((bytes) => resolve(bytes.toString("utf8")), reject);
      }).on("error", reject);
    });
    return JSON.parse(text) as unknown;
  };
  let after: string | null = null;
  let subscriptions = 0;
  const before = process.cpuUsage();
  for (let n = 0; n < PAGES; n += 1) {
    const page = await fetchPage(after);
    const { data, has_more } = listed.parse(page);
    subscriptions += data.length;
    after = data.at(-1)?.id ?? null;
    if (!has_more) break;
  }
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  return (user + system) / Math.max(1, subscriptions);
}
