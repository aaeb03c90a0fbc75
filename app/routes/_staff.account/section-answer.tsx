import { Banner } from "~/ui/banner";

/** What became of the form of a section. */
export function SectionAnswer({ problem, done }: { problem?: string; done?: string }) {
  if (problem)
    return (
      <Banner tone="critical" role="alert">
        {problem}
      </Banner>
    );
  if (done)
    return (
      <Banner tone="right" role="status">
        {done}
      </Banner>
    );
  return null;
}
