import type { PlacedRow } from './read-usage.ts';

const chunkCharacters = 64 * 1024;

interface Page {
  limit: number;
  /** `next_page` after this row. */
  cursorAfter: (row: PlacedRow) => string;
}

async function* pageText(
  rows: AsyncIterator<PlacedRow>,
  first: IteratorResult<PlacedRow>,
  { limit, cursorAfter }: Page,
): AsyncGenerator<string> {
  let text = '{"object":"page","data":[';
  let next = first;
  let last: PlacedRow | null = null;
  for (let count = 0; count < limit && !next.done; count += 1) {
    last = next.value;
    text += (count === 0 ? '' : ',') + JSON.stringify(last.row);
    if (text.length >= chunkCharacters) {
      yield text;
      text = '';
    }
    next = await rows.next();
  }
  const nextPage = next.done || last === null ? null : cursorAfter(last);
  yield `${text}],"has_more":${nextPage !== null},"next_page":${JSON.stringify(nextPage)}}`;
}

/**
 * The vendor's envelope around the rows, written as they are read and no faster than it is taken: a page of 30,000 rows is never whole in
 * memory. The first row is read before anything is answered, so that what fails at once is an error and not half an answer.
 */
export async function writePage(rows: AsyncGenerator<PlacedRow>, page: Page): Promise<Response> {
  const first = await rows.next();
  const texts = pageText(rows, first, page);
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await texts.return(undefined);
        await rows.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(stream, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}
