import type { ChartSeries } from './chart-data.ts';
import type { SeriesLook } from './series-looks.ts';

const marks: Record<SeriesLook['texture'], string | null> = {
  plain: null,
  rising: 'M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6',
  falling: 'M-2 6 L2 10 M0 0 L8 8 M6 -2 L10 2',
  dots: 'M4 3.9 L4 4.1',
  level: 'M0 4 H8',
  upright: 'M4 0 V8',
  crossed: 'M0 0 L8 8 M0 8 L8 0',
  sparse: 'M2 2 L2 2.1 M6 6 L6 6.1',
};

interface TexturesProps {
  /** Of the ids, which are the document's; letters and digits only. */
  prefix: string;
  series: readonly ChartSeries[];
}

/** What series number `place` is filled with where `Textures` of the same prefix are. */
export const fillAt = (prefix: string, place: number, { look }: ChartSeries): string =>
  marks[look.texture] === null ? look.color : `url(#${prefix}-${place})`;

/** The grounds of bars, told apart without colour. Inside an SVG. */
export function Textures({ prefix, series }: TexturesProps) {
  return (
    <defs>
      {series.map(({ id, look }, place) => {
        const mark = marks[look.texture];
        if (mark === null) return null;
        return (
          <pattern key={id} id={`${prefix}-${place}`} width={8} height={8} patternUnits="userSpaceOnUse">
            <rect width={8} height={8} fill={look.color} />
            <path d={mark} stroke="var(--raised)" strokeOpacity={0.35} strokeWidth={1.25} strokeLinecap="round" />
          </pattern>
        );
      })}
    </defs>
  );
}
