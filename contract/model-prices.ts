import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { ModelSlug, PerMillion } from './models.ts';
import { Moment } from './paging.ts';

const tag = 'Models and activity';
const At = z.iso.datetime();

/** What a call is counted in. Another currency would be one more unit. */
export const priceUnits = {
  usd: { label: 'US dollars', short: 'US$' },
  credits: { label: 'Credits', short: 'credits' },
} as const;
export type PriceUnit = keyof typeof priceUnits;
export const PriceUnit = z.enum(Object.keys(priceUnits) as [PriceUnit, ...PriceUnit[]]);

const TokenPrice = z.strictObject({
  kind: z.literal('tokens'),
  model: ModelSlug,
  unit: PriceUnit,
  inputPerMillion: PerMillion.nullable(),
  cachedInputPerMillion: PerMillion.nullable().describe('Null: as much as other input.'),
  outputPerMillion: PerMillion.nullable().describe('Null, together with the input: no price.'),
});
const Rate = z.strictObject({
  kind: z.literal('rate'),
  unit: z.literal('credits'),
  perUsd: z
    .number()
    .positive()
    .max(1_000_000)
    .nullable()
    .describe('Credits for one US dollar, where a model has no price in credits. Null: no credits.'),
});

/** What changes: the price of a model in a unit, or what a US dollar is in credits. */
export const PriceTerms = z.discriminatedUnion('kind', [TokenPrice, Rate]);
export type PriceTerms = z.infer<typeof PriceTerms>;

export const priceStates = ['planned', 'in-force', 'past', 'replaced', 'withdrawn'] as const;
export type PriceState = (typeof priceStates)[number];

export const Price = z.object({
  id: z.string(),
  terms: PriceTerms,
  state: z
    .enum(priceStates)
    .describe('`replaced`: a correction took its place from the same moment on, so that it prices nothing.'),
  validFrom: At.nullable().describe('Null: from the beginning.'),
  validUntil: At.nullable().describe('When the next one takes its place.'),
  recordedAt: At,
  recordedBy: z.string(),
  message: z.string().nullable().describe('Why the past was corrected.'),
  withdrawnAt: At.nullable(),
  withdrawnBy: z.string().nullable(),
  correction: z
    .object({
      callsDone: z.number().int(),
      callsChanged: z.number().int(),
      finishedAt: At.nullable().describe('Null: calls are still being priced again, in the background.'),
    })
    .nullable(),
});
export type Price = z.infer<typeof Price>;

const Message = z.string().trim().min(1).max(500);

export const modelPrices = {
  list: endpoint({
    method: 'GET',
    path: '/model-prices',
    summary: 'Prices of models and the rate of credits, with their history, the latest first',
    tag,
    allow: 'models.read',
    audit: readsOnly,
  })
    .input(z.object({ model: ModelSlug.optional().describe('Of this model only; the rate is always there.') }))
    .output(z.object({ items: z.array(Price) })),
  add: endpoint({
    method: 'POST',
    path: '/model-prices',
    summary: 'Set a price from now on, or plan one for later',
    tag,
    allow: 'models.write',
    audit: 'price.added',
  })
    .input(
      z.object({ terms: PriceTerms, validFrom: Moment.optional().describe('Left out: from now on. Not in the past.') }),
    )
    .output(Price),
  correct: endpoint({
    method: 'POST',
    path: '/model-prices/corrections',
    summary: 'Correct a price of the past; its calls are priced again in the background',
    tag,
    allow: 'models.write',
    audit: 'price.corrected',
  })
    .input(
      z.object({
        terms: PriceTerms,
        validFrom: Moment.nullable().describe(
          'In the past; null: from the beginning. Holds until the next price that is recorded.',
        ),
        message: Message.describe('Why. Kept with the price and in the audit log.'),
      }),
    )
    .output(Price),
  withdraw: endpoint({
    method: 'DELETE',
    path: '/model-prices/{id}',
    summary: 'Withdraw a planned price before it begins',
    tag,
    allow: 'models.write',
    audit: 'price.withdrawn',
  })
    .input(z.object({ id: z.string() }))
    .output(Price),
};
