import { Link } from "@remix-run/react";
import { Section } from "~/ui/section";

const PAGES = [
  { to: "/team", title: "Team", about: "Who can sign in: invite, roles, sessions.", isForAdmins: true },
  {
    to: "/alerts",
    title: "Alerts",
    about: "What Parity tells a channel, and what it keeps quiet about.",
    isForAdmins: false,
  },
  {
    to: "/account",
    title: "Your account",
    about: "Your password, second factor and sessions.",
    isForAdmins: false,
  },
];

/** The other pages about how Parity is run. */
export function MoreSection({ canChange }: { canChange: boolean }) {
  return (
    <Section title="More">
      <ul className="text-table">
        {PAGES.filter(({ isForAdmins }) => canChange || !isForAdmins).map(({ to, title, about }) => (
          <li key={to} className="grid gap-x-4 border-b border-line py-2.5 sm:grid-cols-[8rem_1fr]">
            <Link to={to} className="rounded font-medium text-accent hover:underline">
              {title}
            </Link>
            <span className="text-quiet">{about}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
