import { nodeAt, type TomlNode } from './read-toml.ts';
import { reeveFeatures, reeveKeys } from './reeve-pins.ts';
import type { Report } from './report.ts';
import { pinnedExporters } from './telemetry-pins.ts';

const refuses = 'A client that gets this document refuses to start.';

/** Providers a policy may name without defining them, and whether it may define one under that name. */
const builtInProviders: Readonly<Record<string, { redefinable: boolean }>> = {
  openai: { redefinable: false },
  ollama: { redefinable: false },
  lmstudio: { redefinable: false },
  'amazon-bedrock': { redefinable: false },
  'amazon-bedrock-runtime': { redefinable: false },
  gcp: { redefinable: false },
};

function checkChosenProvider(root: TomlNode, report: Report): void {
  const chosen = root.children.get('model_provider');
  const defined = root.children.get('model_providers');
  if (!chosen || typeof chosen.value !== 'string') return;
  if (defined?.children.has(chosen.value) || Object.hasOwn(builtInProviders, chosen.value)) return;
  report({
    severity: 'error',
    code: 'undefined-provider',
    at: chosen,
    path: ['model_provider'],
    message: `The model provider ${chosen.found} is not defined: add \`[model_providers.${chosen.value || 'id'}]\` or leave the key out. ${refuses}`,
  });
}

/** Names of model providers that belong to Reeve or to the client itself. */
export function checkProviderIds(root: TomlNode, providerId: string, report: Report): void {
  for (const [id, node] of root.children.get('model_providers')?.children ?? []) {
    const path = ['model_providers', id];
    if (id === providerId) {
      const message = `The provider \`${id}\` is Reeve's own way to the model gateway; a policy cannot change it. Choose another id or leave it out.`;
      report({ severity: 'error', code: 'reserved-provider', at: node.key, path, message });
    } else if (Object.hasOwn(builtInProviders, id)) {
      const message = `\`${id}\` is a provider of the client itself; define yours under another id. ${refuses}`;
      report({ severity: 'error', code: 'reserved-provider', at: node.key, path, message });
    } else if (node.children.has('aws')) {
      const message = `\`aws\` belongs to the provider "amazon-bedrock" only. ${refuses}`;
      const at = node.children.get('aws')?.key ?? node.key;
      report({ severity: 'error', code: 'malformed', at, path: [...path, 'aws'], message });
    }
  }
}

function checkPins(root: TomlNode, report: Report): void {
  for (const key of reeveKeys) {
    const node = root.children.get(key);
    if (!node) continue;
    report({
      severity: 'warning',
      code: 'pinned-by-reeve',
      at: node.key,
      path: [key],
      message: `\`${key}\` has no effect here: Reeve pins it so that model traffic goes through its gateway.`,
    });
  }
  for (const table of ['features', 'feature_requirements']) {
    for (const [name, pinned] of Object.entries(reeveFeatures)) {
      const node = nodeAt(root, [table, name]);
      if (!node || node.value === pinned.value || typeof node.value !== 'boolean') continue;
      report({
        severity: 'warning',
        code: 'pinned-by-reeve',
        at: node,
        path: [table, name],
        message: `\`${name} = ${node.found}\` has no effect: Reeve pins it to ${pinned.value}, because ${pinned.because}.`,
      });
    }
  }
  const update = root.children.get('check_for_update_on_startup');
  if (update?.value === true) {
    const path = ['check_for_update_on_startup'];
    const message =
      '`check_for_update_on_startup = true` has no effect: Reeve pins it to false, because the check calls another origin.';
    report({ severity: 'warning', code: 'pinned-by-reeve', at: update, path, message });
  }
}

/** Where telemetry goes. Reeve's exporters hold in requirements and in defaults alike. */
export function checkExporters(root: TomlNode, report: Report): void {
  for (const key of [...pinnedExporters, 'log_user_prompt']) {
    const node = nodeAt(root, ['otel', key]);
    if (!node) continue;
    const message = `\`${key}\` has no effect here: clients report to Reeve, which writes down what happened; prompts are reported where the workspace keeps content.`;
    report({ severity: 'warning', code: 'pinned-by-reeve', at: node.key, path: ['otel', key], message });
  }
  const traces = nodeAt(root, ['otel', 'trace_exporter']);
  if (traces?.value !== 'statsig') return;
  const message = `"statsig" sends telemetry to the vendor. Name your own collector, or "none".`;
  report({ severity: 'warning', code: 'sends-to-vendor', at: traces, path: ['otel', 'trace_exporter'], message });
}

function checkOutgoing(root: TomlNode, report: Report): void {
  checkExporters(root, report);
  const catalog = root.children.get('model_catalog_json');
  if (catalog) {
    const message =
      'This file must exist on every machine before the policy arrives: clients without it refuse to start.';
    report({ severity: 'warning', code: 'file-must-exist', at: catalog, path: ['model_catalog_json'], message });
  }
  const isolated = nodeAt(root, ['models', 'new_thread', 'model']);
  if (isolated) {
    const message =
      'A start value, not a limit: members may choose another model. The allowed models are set under Models.';
    const path = ['models', 'new_thread', 'model'];
    report({ severity: 'info', code: 'default-only', at: isolated.key, path, message });
  }
}

/** Model providers, what Reeve pins itself, and keys that send data elsewhere. */
export function checkModels(root: TomlNode, providerId: string, report: Report): void {
  checkChosenProvider(root, report);
  checkProviderIds(root, providerId, report);
  checkPins(root, report);
  checkOutgoing(root, report);
}
