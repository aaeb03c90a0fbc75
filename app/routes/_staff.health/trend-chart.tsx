import { formatCount } from "~/billing/words/counts";
import { countFound, type TrendPart } from "~/dashboard/health/trend";

const WIDTH = 1200;
const HEIGHT = 160;

type TrendChartProps = { parts: TrendPart[]; title: string; describe: (part: TrendPart) => string };

/** Bars of what was repaired, filled, and of what is still open, outlined on top. The table below says the same in numbers. */
export function TrendChart({ parts, title, describe }: TrendChartProps) {
  const top = roundUp(Math.max(1, ...parts.map(countFound)));
  const width = WIDTH / parts.length;
  const toHeight = (count: number) => (count === 0 ? 0 : Math.max(3, (count / top) * (HEIGHT - 4)));
  return (
    <div className="flex gap-2 text-small text-quiet tabular-nums">
      <div aria-hidden="true" className="flex h-40 flex-col justify-between text-right">
        <span>{formatCount(top)}</span>
        <span>0</span>
      </div>
      <svg
        role="img"
        aria-label={title}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-40 min-w-0 flex-1 border-y border-line"
      >
        {parts.map((part, index) => {
          const [repaired, open] = [toHeight(part.repaired), toHeight(part.open)];
          const bar = { x: index * width + width * 0.15, width: width * 0.7 };
          return (
            <g key={part.from}>
              <title>{describe(part)}</title>
              {/* A place to point at, as high as the chart. */}
              <rect x={index * width} width={width} height={HEIGHT} fill="transparent" />
              {part.isBefore && (
                <rect {...bar} y={HEIGHT - 2} height="2" fill="currentColor" className="text-edge" />
              )}
              {repaired > 0 && (
                <rect
                  {...bar}
                  y={HEIGHT - repaired}
                  height={repaired}
                  fill="currentColor"
                  className="text-correct"
                />
              )}
              {open > 0 && (
                <rect
                  {...bar}
                  y={HEIGHT - repaired - open + 1}
                  height={Math.max(1, open - 2)}
                  fill="var(--high-soft)"
                  stroke="currentColor"
                  strokeWidth="1.5"
                  vectorEffect="non-scaling-stroke"
                  className="text-high"
                />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** 1, 2, 5, 10, 20, 50, …: the next one from here on. */
function roundUp(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= count) ?? count;
}
