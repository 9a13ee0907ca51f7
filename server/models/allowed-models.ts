import type { Model, ModelFacts, ModelInput } from '#contract/models.ts';
import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { startPrice } from './change-prices.ts';
import { readPriceRules } from './price-queries.ts';
import { type PriceRule, pricesAt } from './prices-in-force.ts';
import {
  clearDefault,
  deleteModel,
  insertModel,
  listModels,
  lockModels,
  type ModelRow,
  updateModel,
} from './queries.ts';

/** With what is in force at the moment. */
export const modelOf = (row: ModelRow, rules: readonly PriceRule[], now: Date): Model => {
  const { usd, credits } = pricesAt(rules, { model: row.slug, at: now });
  return {
    ...factsOf(row),
    inputUsdPerMillion: usd?.input ?? null,
    cachedInputUsdPerMillion: usd?.cachedInput ?? null,
    outputUsdPerMillion: usd?.output ?? null,
    creditsPerMillion: credits,
    createdAt: row.created_at.toISOString(),
  };
};

const factsOf = (row: ModelRow): ModelFacts => ({
  slug: row.slug,
  displayName: row.display_name,
  upstreamModel: row.upstream_model,
  contextWindowTokens: row.context_window_tokens,
  reasoningEfforts: row.reasoning_efforts as Model['reasoningEfforts'],
  isDefault: row.is_default,
});

const columnsOf = (input: ModelFacts) => ({
  display_name: input.displayName,
  upstream_model: input.upstreamModel?.trim() || null,
  context_window_tokens: input.contextWindowTokens,
  reasoning_efforts: JSON.stringify([...new Set(input.reasoningEfforts)]),
});

const subjectOf = ({ slug, display_name }: ModelRow) => ({ kind: 'model', id: slug, label: display_name });

interface Change {
  workspaceId: string;
  actor: Actor;
}

const inTurn = <Result>(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  run: (tx: Database, models: ModelRow[]) => Promise<Result>,
): Promise<Result> =>
  db.transaction().execute(async (tx) => {
    await lockModels(tx, workspaceId);
    return run(tx, await listModels(tx, workspaceId));
  });

function find(models: readonly ModelRow[], slug: string): ModelRow {
  const model = models.find((row) => row.slug === slug);
  if (!model) throw new ReeveError('not-found', { slug });
  return model;
}

/** The first model is the default whatever is asked for: there is always exactly one. */
export function createModel(
  services: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, input }: Change & { input: ModelInput },
): Promise<Model> {
  // Its endpoint would be that of the upstream itself.
  if (input.slug === 'upstream' || input.slug.startsWith('upstream/'))
    throw new ReeveError('bad-input', { path: 'slug' }, { message: 'A model cannot be called “upstream”.' });
  return inTurn(services, workspaceId, async (tx, models) => {
    if (models.some(({ slug }) => slug === input.slug)) throw new ReeveError('already-exists', { slug: input.slug });
    const isDefault = input.isDefault || models.length === 0;
    if (isDefault) await clearDefault(tx, workspaceId);
    const at = services.clock();
    const row = await insertModel(tx, {
      workspace_id: workspaceId,
      slug: input.slug,
      ...columnsOf(input),
      is_default: isDefault,
      created_at: at,
    });
    const terms = {
      kind: 'tokens',
      model: row.slug,
      unit: 'usd',
      inputPerMillion: input.inputUsdPerMillion,
      cachedInputPerMillion: input.cachedInputUsdPerMillion,
      outputPerMillion: input.outputUsdPerMillion,
    } as const;
    const former = pricesAt(await readPriceRules(tx, workspaceId), { model: row.slug, at }).usd;
    const inForce = [former?.input ?? null, former?.cachedInput ?? null, former?.output ?? null];
    await startPrice(tx, { workspaceId, actor, terms, at, inForce });
    const model = modelOf(row, await readPriceRules(tx, workspaceId), at);
    await record(tx, actor, 'model.created', { at, subject: subjectOf(row), after: model });
    return model;
  });
}

export function changeModel(
  services: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, input }: Change & { input: ModelFacts },
): Promise<Model> {
  return inTurn(services, workspaceId, async (tx, models) => {
    const before = find(models, input.slug);
    if (before.is_default && !input.isDefault)
      throw new ReeveError(
        'bad-input',
        { path: 'isDefault' },
        { message: 'One model is always the default. Make another one the default instead.' },
      );
    if (input.isDefault && !before.is_default) await clearDefault(tx, workspaceId);
    const change = { ...columnsOf(input), is_default: input.isDefault };
    const row = await updateModel(tx, workspaceId, input.slug, change);
    const at = services.clock();
    await record(tx, actor, 'model.updated', {
      at,
      subject: subjectOf(row),
      before: factsOf(before),
      after: factsOf(row),
    });
    return modelOf(row, await readPriceRules(tx, workspaceId), at);
  });
}

/** When the default goes, the model allowed longest takes its place. */
export function removeModel(
  services: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, slug }: Change & { slug: string },
): Promise<void> {
  return inTurn(services, workspaceId, async (tx, models) => {
    const before = find(models, slug);
    await deleteModel(tx, workspaceId, slug);
    const heir = before.is_default ? models.find((row) => row.slug !== slug) : undefined;
    if (heir) await updateModel(tx, workspaceId, heir.slug, { is_default: true });
    await record(tx, actor, 'model.deleted', {
      at: services.clock(),
      subject: subjectOf(before),
      before: factsOf(before),
      newDefault: heir?.slug ?? null,
    });
  });
}
