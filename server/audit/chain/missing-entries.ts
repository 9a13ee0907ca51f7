interface Range {
  from: number;
  to: number;
}

/** Numbers that were passed over and may still come. */
export class MissingEntries {
  ranges: Range[] = [];

  add(from: number, to: number): void {
    this.ranges.push({ from, to });
  }

  /** @returns whether it was missing */
  take(seq: number): boolean {
    const place = this.ranges.findIndex(({ from, to }) => seq >= from && seq <= to);
    const range = this.ranges[place];
    if (!range) return false;
    const left = [
      { from: range.from, to: seq - 1 },
      { from: seq + 1, to: range.to },
    ].filter(({ from, to }) => from <= to);
    this.ranges.splice(place, 1, ...left);
    return true;
  }
}
