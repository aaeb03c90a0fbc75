import { type AuditReport, maskAddress } from "./report";

/** It begins where no such character stands before it: otherwise a long text without an address would be read again from each of them. */
const ADDRESS = /(?<![^\s@<>"',;()])[^\s@<>"',;()]+@[^\s@<>"',;()]+/g;

/** Every address in a text shortened so that it can no longer be written to. */
const maskAddresses = (text: string): string =>
  text.replaceAll(ADDRESS, (found) => maskAddress(found) ?? found);

/** The report without e-mail addresses, wherever they stand: an application may use them as ids. */
export function maskReport(report: AuditReport): AuditReport {
  return {
    ...report,
    isMasked: true,
    users: report.users.map((user) => ({
      ...user,
      id: maskAddresses(user.id),
      email: maskAddress(user.email),
      why: maskAddresses(user.why),
      differs: user.differs.map(maskAddresses),
    })),
    payers: report.payers.map((payer) => ({
      ...payer,
      email: maskAddress(payer.email),
      mayBe: payer.mayBe.map(maskAddresses),
    })),
    notChecked: report.notChecked.map(maskAddresses),
    notes: report.notes.map(maskAddresses),
  };
}
