import { defineCheck, ok, problem, unknown, warning } from "../check";

/** The oldest Node that is tested, as `engines` in package.json says; a test compares the two. */
export const OLDEST_NODE = { major: 20, minor: 19 };

const node = defineCheck({
  id: "node",
  group: "server",
  title: "Node",
  needs: "nothing",
  async look({ surroundings: { nodeVersion } }) {
    const [major = 0, minor = 0] = nodeVersion.replace(/^v/, "").split(".").map(Number);
    const { major: oldest, minor: least } = OLDEST_NODE;
    if (major > oldest || (major === oldest && minor >= least)) return [ok(`${nodeVersion}.`)];
    return [
      problem(
        `${nodeVersion} is older than what Parity is tested with.`,
        `Use Node ${oldest}.${least} or newer.`,
      ),
    ];
  },
});

const environment = defineCheck({
  id: "environment",
  group: "server",
  title: "Environment",
  needs: "nothing",
  async look({ surroundings: { problems, isDemo }, opening }) {
    if (problems.length > 0)
      return problems.map(({ variable, message }) =>
        problem(`${variable}: ${message}.`, `Correct ${variable} and start again.`),
      );
    if (opening !== null) return [problem(`Parity cannot be opened: ${opening}`, "Mend this first.")];
    return [ok(isDemo ? "This is the demo." : "Every variable is valid.")];
  },
});

const isLoopback = (host: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

const address = defineCheck({
  id: "address",
  group: "server",
  title: "Address",
  needs: "nothing",
  async look({ surroundings: { appUrl, isDemo } }) {
    if (appUrl === null) return [unknown("The address of the dashboard is not known.", "Set APP_URL.")];
    const { protocol, hostname } = new URL(appUrl);
    if (protocol === "https:" || isDemo) return [ok(`${appUrl}.`)];
    const here = isLoopback(hostname);
    return [
      warning(
        here
          ? `APP_URL is ${appUrl}: only this machine can open it, and Stripe cannot reach it.`
          : `APP_URL is ${appUrl}: passwords and sessions travel unencrypted.`,
        "Put HTTPS in front of Parity and set APP_URL to its https address.",
      ),
    ];
  },
});

/** What `openssl rand -hex 32` makes has twice as many. */
const SHORT_SECRET = 32;

const secrets = defineCheck({
  id: "secrets",
  group: "server",
  title: "Secrets",
  needs: "nothing",
  async look({ surroundings: { secrets: given } }) {
    const short = given.filter(({ length }) => length < SHORT_SECRET);
    if (given.length === 0) return [unknown("No secret is known to this program.", null)];
    if (short.length === 0) return [ok(`${given.map(({ variable }) => variable).join(", ")}: long enough.`)];
    return short.map(({ variable, length }) =>
      warning(
        `${variable} has ${length} characters, which can be guessed.`,
        `Replace ${variable} by what openssl rand -hex 32 prints.`,
      ),
    );
  },
});

export const SERVER_CHECKS = [node, environment, address, secrets];
