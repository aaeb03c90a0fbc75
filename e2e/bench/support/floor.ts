import { Agent, get } from "node:http";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import type { SandboxProcess } from "./sandbox-process";

/** What the figures to reach were set by: fetching and parsing a subscription alone, on the machine they were set on. */
export const FLOOR_THERE = 23;

const PAGES = 100;
const listed = z.object({ data: z.array(z.object({ id: z.string() })), has_more: z.boolean() });

/**
 * Microseconds of Node's processor time to fetch and parse one subscription of the list, and nothing else: the least that
 * any pass costs, on this machine as it is now. From at most so many pages, one after another.
 */
export async function measureFloor({ url, secretKey }: SandboxProcess): Promise<number> {
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
