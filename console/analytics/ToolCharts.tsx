import type { UseQueryResult } from '@tanstack/react-query';
import { BarRows } from '#console/ui/charts/BarRows.tsx';
import { lookAt, otherLook } from '#console/ui/charts/series-looks.ts';
import { formatCount, formatDuration } from '#console/ui/figures.ts';
import type { Panels, ToolUse } from '#contract/analytics-figures.ts';
import type { ToolSummary } from './analytics-data.ts';
import { MoreInTable } from './CostCharts.tsx';
import { Panel } from './Panel.tsx';
import { RuleCommand, RuleLinks } from './RuleName.tsx';
import { sayDecision, sayRefusal } from './tool-words.ts';

interface ToolChartsProps {
  tools: UseQueryResult<ToolSummary>;
  panels: Panels | undefined;
}

const shown = 8;
const times = { header: 'Times', format: formatCount };
const milliseconds = (value: number) => formatDuration(Math.round(value));

const sayTool = ({ failed, averageMs }: ToolUse) =>
  [failed > 0 && `${formatCount(failed)} failed`, averageMs !== null && `${milliseconds(averageMs)} on average`]
    .filter(Boolean)
    .join(', ');

export function ToolCalls({ tools, panels }: ToolChartsProps) {
  return (
    <Panel
      name="tools"
      title="Tool calls"
      unit="times"
      query={tools}
      state={panels?.tools}
      view={({ tools: used }) => ({
        table: {
          columns: [
            { header: 'Tool' },
            times,
            { header: 'Failed', format: formatCount },
            { header: 'Average, ms', format: (value) => formatCount(Math.round(value)) },
          ],
          rows: used.map((tool) => [tool.tool, tool.times, tool.failed, tool.averageMs]),
        },
        chart: (
          <>
            <BarRows
              label="Tool calls"
              rows={used.slice(0, shown).map((tool) => ({
                id: tool.tool,
                label: tool.tool,
                name: <code>{tool.tool}</code>,
                note: sayTool(tool),
                look: lookAt(0),
                value: tool.times,
              }))}
              format={formatCount}
            />
            <MoreInTable count={used.length - shown} what="tool" />
          </>
        ),
      })}
    />
  );
}

/** What lets through is calm, what stops stands out. */
const stops = new Set(['denied', 'forbidden', 'abort', 'aborted', 'timed-out']);
const decisionLook = (decision: string) =>
  stops.has(decision) ? lookAt(4) : decision.startsWith('approved') || decision === 'allow' ? lookAt(3) : otherLook;

export function Decisions({ tools, panels }: ToolChartsProps) {
  return (
    <Panel
      name="decisions"
      title="Approval decisions"
      unit="times"
      query={tools}
      state={panels?.decisions}
      view={({ decisions }) => ({
        table: {
          columns: [{ header: 'Decision' }, times],
          rows: decisions.map((one) => [sayDecision(one), one.times]),
        },
        chart: (
          <>
            <BarRows
              label="Approval decisions"
              rows={decisions.slice(0, shown).map((one) => ({
                id: sayDecision(one),
                label: sayDecision(one),
                look: decisionLook(one.decision),
                value: one.times,
              }))}
              format={formatCount}
            />
            <MoreInTable count={decisions.length - shown} what="decision" />
          </>
        ),
      })}
    />
  );
}

export function BlockedCommands({ tools, panels }: ToolChartsProps) {
  return (
    <Panel
      name="blocked"
      title="Blocked by rule"
      unit="times"
      query={tools}
      state={panels?.blocked}
      view={({ blocked }) => ({
        table: {
          columns: [{ header: 'Rule' }, { header: 'Policy' }, { header: 'Decided by' }, times, { header: 'Last day' }],
          rows: blocked.map((one) => [one.rule, one.policyName, one.decidedBy, one.times, one.lastDay]),
        },
        chart: (
          <>
            <BarRows
              label="Blocked by rule"
              rows={blocked.slice(0, shown).map((one) => ({
                id: `${one.rule} ${one.decidedBy}`,
                label: one.rule,
                name: <RuleCommand rule={one.rule} />,
                note: <RuleLinks rule={one} />,
                look: lookAt(4),
                value: one.times,
              }))}
              format={formatCount}
            />
            <MoreInTable count={blocked.length - shown} what="rule" />
          </>
        ),
      })}
    />
  );
}

export function Refusals({ tools, panels }: ToolChartsProps) {
  return (
    <Panel
      name="refusals"
      title="Refused model calls"
      unit="times"
      query={tools}
      state={panels?.refusals}
      view={({ refusals }) => ({
        table: { columns: [{ header: 'Code' }, times], rows: refusals.map((one) => [one.code, one.times]) },
        chart: (
          <>
            <BarRows
              label="Refused model calls"
              rows={refusals.slice(0, shown).map((one) => ({
                id: one.code,
                label: one.code,
                name: <code>{one.code}</code>,
                note: sayRefusal(one.code),
                look: lookAt(4),
                value: one.times,
              }))}
              format={formatCount}
            />
            <MoreInTable count={refusals.length - shown} what="code" />
          </>
        ),
      })}
    />
  );
}
