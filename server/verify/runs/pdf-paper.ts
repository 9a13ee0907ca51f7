import PDFDocument from 'pdfkit';

const size = { width: 595.28, height: 841.89 };
const margin = { left: 54, right: 54, top: 54, bottom: 64 };
export const textWidth = size.width - margin.left - margin.right;

export const ink = { text: '#1b1f24', quiet: '#5b636e', line: '#d5d9df', soft: '#f4f5f7' } as const;

/** The fonts every reader has hold the letters of western Europe; the certificate itself, as JSON, holds every other. */
const windows1252 = /[^\n\x20-\x7e\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/gu;
export const printable = (text: string): string => text.replaceAll('→', '->').replaceAll(windows1252, '?');

interface Style {
  size?: number;
  color?: string;
  font?: 'Helvetica' | 'Helvetica-Bold' | 'Courier';
  /** From the left edge of the text. */
  indent?: number;
  width?: number;
  after?: number;
}

export interface Column {
  title: string;
  /** Of the width of the text. */
  share: number;
  align?: 'left' | 'right';
}

export interface Cell {
  text: string;
  color?: string;
  isBold?: boolean;
}

/** A4 paper on which one thing is written below the other, on as many pages as it takes. */
export interface Paper {
  write(text: string, style?: Style): void;
  heading(text: string): void;
  /** Names and values in two columns. */
  facts(pairs: readonly (readonly [name: string, value: string])[]): void;
  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void;
  bullets(items: readonly string[]): void;
  /** A band with a word and a sentence. */
  band(word: string, sentence: string, color: string): void;
  space(points: number): void;
  newPage(): void;
  /** @param footer of every page, before its number */
  finish(footer: string): Promise<Buffer>;
}

export function openPaper(info: { title: string; author: string; createdAt: Date }): Paper {
  const document = new PDFDocument({
    size: 'A4',
    margins: margin,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: printable(info.title), Author: printable(info.author), CreationDate: info.createdAt },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<Buffer>((resolve, reject) => {
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  let y = margin.top;
  const bottom = size.height - margin.bottom;

  const newPage = () => {
    document.addPage();
    y = margin.top;
  };
  const makeRoom = (height: number): boolean => {
    if (y + height <= bottom) return false;
    newPage();
    return true;
  };
  const heightOf = (text: string, { size: points = 9.5, font = 'Helvetica', width = textWidth }: Style) =>
    document.font(font).fontSize(points).heightOfString(text, { width, lineGap: 1.5 });

  const write: Paper['write'] = (text, style = {}) => {
    const shown = printable(text);
    const { size: points = 9.5, color = ink.text, font = 'Helvetica', indent = 0, after = 4 } = style;
    const width = style.width ?? textWidth - indent;
    const height = heightOf(shown, { ...style, width });
    makeRoom(height);
    document
      .font(font)
      .fontSize(points)
      .fillColor(color)
      .text(shown, margin.left + indent, y, { width, lineGap: 1.5 });
    y += height + after;
  };

  const rowHeight = (columns: readonly Column[], cells: readonly Cell[]) =>
    Math.max(
      ...cells.map(({ text, isBold }, place) =>
        heightOf(printable(text), {
          size: 8.5,
          font: isBold ? 'Helvetica-Bold' : 'Helvetica',
          width: textWidth * (columns[place]?.share ?? 0) - 8,
        }),
      ),
    ) + 7;
  const row = (columns: readonly Column[], cells: readonly Cell[], height: number) => {
    let x = margin.left;
    for (const [place, { text, color = ink.text, isBold }] of cells.entries()) {
      const { share = 0, align = 'left' } = columns[place] ?? {};
      document
        .font(isBold ? 'Helvetica-Bold' : 'Helvetica')
        .fontSize(8.5)
        .fillColor(color)
        .text(printable(text), x + 4, y + 4, { width: textWidth * share - 8, align, lineGap: 1.5 });
      x += textWidth * share;
    }
    y += height;
    document
      .moveTo(margin.left, y)
      .lineTo(margin.left + textWidth, y)
      .lineWidth(0.5)
      .strokeColor(ink.line)
      .stroke();
  };

  return {
    write,
    newPage,
    space: (points) => {
      y += points;
    },
    heading(text) {
      // Never alone at the foot of a page.
      makeRoom(70);
      y += 10;
      write(text, { size: 12, font: 'Helvetica-Bold', after: 6 });
    },
    facts(pairs) {
      const nameWidth = 96;
      for (const [name, value] of pairs) {
        const shown = printable(value);
        const height = heightOf(shown, { width: textWidth - nameWidth });
        makeRoom(height);
        document.font('Helvetica').fontSize(9.5).fillColor(ink.quiet).text(name, margin.left, y, { width: nameWidth });
        document
          .fillColor(ink.text)
          .text(shown, margin.left + nameWidth, y, { width: textWidth - nameWidth, lineGap: 1.5 });
        y += height + 3;
      }
    },
    table(columns, rows) {
      const titles = columns.map(({ title }) => ({ text: title, color: ink.quiet, isBold: true }));
      const header = () => row(columns, titles, rowHeight(columns, titles));
      makeRoom(60);
      header();
      for (const cells of rows) {
        const height = rowHeight(columns, cells);
        if (makeRoom(height)) header();
        row(columns, cells, height);
      }
      y += 6;
    },
    bullets(items) {
      for (const item of items) {
        const shown = printable(item);
        const height = heightOf(shown, { width: textWidth - 14 });
        makeRoom(height);
        document
          .circle(margin.left + 4, y + 5.5, 1.4)
          .fillColor(ink.quiet)
          .fill();
        write(item, { indent: 14, after: 3 });
      }
    },
    band(word, sentence, color) {
      const shown = printable(sentence);
      const height = heightOf(shown, { size: 10, width: textWidth - 32 }) + 46;
      makeRoom(height);
      document.roundedRect(margin.left, y, textWidth, height, 4).fillColor(ink.soft).fill();
      document.rect(margin.left, y, 4, height).fillColor(color).fill();
      document
        .font('Helvetica-Bold')
        .fontSize(16)
        .fillColor(color)
        .text(printable(word), margin.left + 18, y + 12);
      document
        .font('Helvetica')
        .fontSize(10)
        .fillColor(ink.text)
        .text(shown, margin.left + 18, y + 33, { width: textWidth - 32, lineGap: 1.5 });
      y += height + 14;
    },
    finish(footer) {
      const { start, count } = document.bufferedPageRange();
      for (let page = start; page < start + count; page += 1) {
        document.switchToPage(page);
        // Below the margin, where pdfkit would otherwise begin another page.
        document.page.margins.bottom = 0;
        const at = size.height - 40;
        document.font('Helvetica').fontSize(8).fillColor(ink.quiet);
        document.text(printable(footer), margin.left, at, { width: textWidth - 60, lineBreak: false });
        document.text(`${page + 1} of ${count}`, margin.left, at, {
          width: textWidth,
          align: 'right',
          lineBreak: false,
        });
      }
      document.end();
      return ended;
    },
  };
}
