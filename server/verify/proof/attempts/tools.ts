import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isTable, writePath } from '../constraint-paths.ts';
import { evidence } from '../evidence.ts';
import { judgeExec } from '../judge.ts';
import type { AttemptPlan, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';

const toolsOffered = (facts: RunFacts): string =>
  JSON.stringify(
    facts.calls[0]?.tools.map(({ type, name, external_web_access }) => ({ type, name, external_web_access })),
  );

function judgeSearch(facts: RunFacts, allowed: readonly unknown[]): Judged {
  const search = facts.calls[0]?.tools.find(({ type, name }) => `${type} ${name}`.includes('web_search'));
  const shown = { evidence: [evidence('model-request', 'Tools offered to the model', toolsOffered(facts))] };
  const isOff = allowed.every((mode) => mode === 'disabled');
  if (!search) return { verdict: 'held', observed: 'No web search tool was offered.', ...shown };
  if (isOff)
    return { verdict: 'broken', observed: 'A web search tool was offered although none is allowed.', ...shown };
  if (search.external_web_access === true)
    return { verdict: 'broken', observed: 'The web search tool was offered with access to the live web.', ...shown };
  return {
    verdict: 'held',
    observed: `The tool was offered with external_web_access: ${search.external_web_access}.`,
    ...shown,
  };
}

export function planWebSearch({ policy }: Trial): Planned {
  const key = 'allowed_web_search_modes';
  const allowed = policy.delivered[key] ?? policy.values[key];
  if (!Array.isArray(allowed)) return { runs: [], attempts: [] };
  const isFree = allowed.includes('live');
  const run = 'web-search';
  return {
    runs: isFree
      ? []
      : [{ kind: 'exec', name: run, title: 'Live web search', args: ['-c', 'web_search="live"'], steps: [] }],
    attempts: [
      {
        attempt: 'live-web-search',
        title: 'Live web search by setting on the command line',
        constraint: key,
        surface: 'exec',
        expected: 'The tool is not offered, or searches no live web.',
        run: isFree ? null : run,
        unknownBecause: policy.unknownBecause([key]),
        judge: (facts) =>
          isFree
            ? { verdict: 'not-tried', observed: 'The policy allows the live web: there is nothing more to ask for.' }
            : judgeExec(facts, () => judgeSearch(facts, allowed)),
      },
    ],
  };
}

/** Speaks MCP on standard input and output, and leaves a file that says that it was started. */
const serverProgram = `
const [tool, mark] = process.argv.slice(2);
require('node:fs').writeFileSync(mark, 'started');
let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    const serverInfo = { name: tool, version: '1' };
    const results = {
      initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo },
      'tools/list': { tools: [{ name: tool, description: tool, inputSchema: { type: 'object', properties: {} } }] },
    };
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
  }
});
`;

const safeName = (name: string): string => name.replace(/\W/g, '_');

function judgeServer(facts: RunFacts, tool: string, mark: string): Judged {
  return judgeExec(facts, () => {
    if (facts.files[mark] != null) return { verdict: 'broken', observed: 'The client started the server.' };
    if (facts.calls.some(({ text }) => text.includes(tool)))
      return { verdict: 'broken', observed: 'The tool of the server was offered to the model.' };
    return { verdict: 'held', observed: 'The server was not started, and its tool was not offered.' };
  });
}

export function planMcp(trial: Trial): Planned {
  const { policy } = trial;
  const listed = policy.values.mcp_servers;
  if (!isTable(listed)) return { runs: [], attempts: [] };
  const run = 'mcp-servers';
  const { work, outside } = trial.placeOf(run);
  const program = `${work}/server.cjs`;
  const servers = [
    { name: 'reeve_proof_unlisted', isListed: false },
    ...Object.keys(listed)
      .filter((name) => /^[\w-]+$/.test(name))
      .map((name) => ({ name, isListed: true })),
  ].map((server) => ({
    ...server,
    tool: `proof_tool_${safeName(server.name)}`,
    mark: `${outside}/started-${safeName(server.name)}`,
  }));
  const settings = servers
    .map(
      ({ name, tool, mark }) =>
        `[mcp_servers.${name}]\ncommand = "${process.execPath}"\nargs = ["${program}", "${tool}", "${mark}"]\n`,
    )
    .join('');
  const attempts = servers.map(
    ({ name, isListed, tool, mark }): AttemptPlan => ({
      attempt: isListed ? `mcp-other-identity-${safeName(name)}` : 'mcp-unlisted',
      title: isListed
        ? `Another program under the name of the MCP server “${name}”`
        : 'An MCP server that is not on the list',
      constraint: isListed ? writePath(['mcp_servers', name]) : 'mcp_servers',
      surface: 'exec',
      expected: 'The server is not started and its tools are not offered.',
      run,
      unknownBecause: policy.unknownBecause(isListed ? ['mcp_servers', name] : ['mcp_servers']),
      judge: (facts) => ({
        ...judgeServer(facts, tool, mark),
        evidence: [
          evidence('model-request', 'Tools offered to the model', toolsOffered(facts)),
          evidence('client-output', 'What the client printed', facts.stderr),
        ],
      }),
    }),
  );
  return {
    runs: [
      {
        kind: 'exec',
        name: run,
        title: 'MCP servers',
        args: [],
        settings,
        steps: [{ command: 'true' }],
        watch: servers.map(({ mark }) => mark),
        prepare: (place) => writeFile(path.join(place.work, 'server.cjs'), serverProgram),
      },
    ],
    attempts,
  };
}
