import type { ReactNode } from 'react';

/** A part that scrolls by itself: named, and reached by the keyboard (WCAG 2.1.1). */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className: string | undefined;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it only a mouse could scroll
    <section className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
