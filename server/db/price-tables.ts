import type { Generated } from 'kysely';
import type { PriceUnit } from '#contract/model-prices.ts';
import type { Timestamp } from './column-types.ts';

/** What tokens cost, with history, and which calls are priced again because of it. */
export interface PriceTables {
  model_prices: {
    id: string;
    workspace_id: string;
    model: string | null;
    unit: PriceUnit;
    input_per_million: number | null;
    cached_input_per_million: number | null;
    output_per_million: number | null;
    per_usd: number | null;
    valid_from: Timestamp;
    recorded_at: Timestamp;
    recorded_by: string;
    message: string | null;
    withdrawn_at: Timestamp | null;
    withdrawn_by: string | null;
  };
  price_corrections: {
    price_id: string;
    workspace_id: string;
    model: string | null;
    from_at: Timestamp;
    until_at: Timestamp | null;
    place_at: Timestamp | null;
    place_id: string | null;
    again_from: Timestamp;
    is_again: Generated<boolean>;
    calls_done: Generated<number>;
    calls_changed: Generated<number>;
    finished_at: Timestamp | null;
  };
}
