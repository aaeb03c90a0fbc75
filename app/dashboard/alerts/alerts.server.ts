import type { Actor } from "~/engine/account/actor";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countLivingWorkers } from "~/platform/queue/worker-processes.server";
import { withTimeout } from "~/platform/with-timeout";
import { loadStaffNames } from "../account-facts.server";
import { describeCaller } from "../run-view.server";
import { ALERT_KINDS, type AlertKind } from "./catalogue";
import { claimMinute } from "./claim-minute.server";
import { findAddresses, findAll } from "./findings.server";
import { buildAlertMessage, buildTestMessage } from "./message.server";
import { type Posted, postWebhook } from "./post-webhook.server";
import {
  type AlertMuteRow,
  type AlertRow,
  claimMessage,
  type DueMessage,
  listAlerts,
  listMutes,
  openAlert,
  resolveAlert,
  saveFailure,
  saveMute,
  saveSent,
} from "./state.server";

/** Where messages go, and where their links lead. */
export type AlertTarget = {
  /** ALERT_WEBHOOK_URL; null: nothing is sent, and alerts are on their page, in the log and in the metrics. */
  webhookUrl: string | null;
  appUrl: string;
};

/** A muted kind, with the name of who muted it. */
export type AlertMute = Omit<AlertMuteRow, "actor"> & { by: string };

export type AlertsView = { open: AlertRow[]; over: AlertRow[]; mutes: AlertMute[]; hasTarget: boolean };

/** More than all kinds have: should a message be due again and again, it stops here until the next minute. */
const MOST_MESSAGES = 2 * ALERT_KINDS.length;
/** A cron call must not become late for its caller. */
const AFTER_CRON_MS = 8_000;

/**
 * Looks each minute what people must be told, remembers it for all processes, and sends it. It shares nothing with runs, and
 * what fails in it fails there alone.
 */
export function createAlerts({ db, log }: Pick<Deps, "db" | "log">, { webhookUrl, appUrl }: AlertTarget) {
  const stopping = new AbortController();

  /** Opens and resolves what has changed, then sends what is due. */
  async function check(): Promise<void> {
    for (const { kind, finding, error } of await findAll(db, ALERT_KINDS)) {
      if (finding === "unknown") log.warn({ err: error, kind }, "alert not checked");
      else if (finding === null) {
        if (await resolveAlert(db, kind)) log.info({ kind }, "alert resolved");
      } else if (await openAlert(db, kind, finding))
        log.warn({ kind, count: finding.count, since: finding.since }, "alert opened");
    }
    if (webhookUrl !== null) await sendDue(webhookUrl);
  }

  async function sendDue(url: string): Promise<void> {
    for (let sent = 0; sent < MOST_MESSAGES && !stopping.signal.aborted; sent++) {
      const message = await claimMessage(db);
      if (message === null) return;
      const posted = await send(url, message);
      if (posted.ok) {
        await saveSent(db, message);
        log.info({ kind: message.kind, state: message.state }, "alert sent");
      } else {
        await saveFailure(db, message, posted.failure);
        log.warn({ kind: message.kind, failure: posted.failure }, "alert not sent; will be tried again");
      }
    }
  }

  async function send(url: string, { kind, state, since, facts }: DueMessage): Promise<Posted> {
    const { alertAddresses, binding } = await loadSettings(db);
    const addresses = alertAddresses === "yes" ? await findAddresses(db, facts.details) : null;
    const account = binding?.accountId ?? null;
    const message = buildAlertMessage({ kind, state, since, facts, addresses, appUrl, account });
    return postWebhook(url, message, stopping.signal);
  }

  const nameActor = async (kind: string, id: string | null) =>
    describeCaller(kind, id, await loadStaffNames(db, id === null ? [] : [id]));

  return {
    check,
    /** The same once a minute, however many processes ask. */
    async checkEachMinute(): Promise<void> {
      if (await claimMinute(db)) await check();
    },
    /** After a call of the scheduler where no process lives that looks each minute. Never fails, and never takes long. */
    async checkAfterCron(): Promise<void> {
      try {
        if ((await countLivingWorkers(db)) === 0) await withTimeout(check(), AFTER_CRON_MS);
      } catch (err) {
        log.warn({ err }, "alerts not checked");
      }
    },
    async view(): Promise<AlertsView> {
      const [rows, mutes] = await Promise.all([listAlerts(db), listMutes(db)]);
      const named = mutes.map(async ({ actor, ...mute }) => {
        const [kind = "", id = ""] = actor.split(/:(.*)/s);
        return { ...mute, by: await nameActor(kind, id === "" ? null : id) };
      });
      return {
        open: rows.filter(({ resolvedAt }) => resolvedAt === null),
        over: rows.filter(({ resolvedAt }) => resolvedAt !== null),
        mutes: await Promise.all(named),
        hasTarget: webhookUrl !== null,
      };
    },
    /** Sends a test message now. */
    async test(actor: Actor): Promise<Posted> {
      if (webhookUrl === null) return { ok: false, failure: "ALERT_WEBHOOK_URL is not set." };
      const { binding } = await loadSettings(db);
      const by = await nameActor(actor.kind, actor.id);
      const posted = await postWebhook(
        webhookUrl,
        buildTestMessage(by, appUrl, binding?.accountId ?? null),
        stopping.signal,
      );
      log.info({ by: actor, ok: posted.ok }, "test alert sent");
      return posted;
    },
    /** No messages of this kind for so many hours. What is open stays on the page. */
    mute: (kind: AlertKind, mute: { hours: number; reason: string }, actor: Actor) =>
      saveMute(db, kind, mute, `${actor.kind}:${actor.id ?? ""}`),
    /** False when it was not muted. */
    unmute: (kind: AlertKind, actor: Actor) => saveMute(db, kind, null, `${actor.kind}:${actor.id ?? ""}`),
    /** What is being sent is given up; another process sends it. */
    stop: () => stopping.abort(),
  };
}
