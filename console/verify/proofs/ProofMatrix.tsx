import { Link } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { ProofCell } from '#contract/proofs.ts';
import classes from './Proofs.module.css';
import { policyLabel, type Said, sayCell } from './proof-words.ts';

export interface MatrixRow {
  policyId: string | null;
  policyName: string;
  revision: number;
}

export interface MatrixColumn {
  version: string;
  /** Under the version: "not installed". */
  remark: string | null;
}

interface ProofMatrixProps {
  label: string;
  rows: MatrixRow[];
  columns: MatrixColumn[];
  cells: (ProofCell & { isCurrent?: boolean })[];
  /** The rows say what is published now, so that a proof of another revision is out of date. */
  isOfPublished?: boolean;
}

/** Policies by client versions; each cell says in a word what came out, and leads to how. */
export function ProofMatrix({ label, rows, columns, cells, isOfPublished = false }: ProofMatrixProps) {
  const find = (row: MatrixRow, { version }: MatrixColumn) =>
    cells.find(
      ({ policyId, revision, clientVersion }) =>
        policyId === row.policyId && clientVersion === version && (isOfPublished || revision === row.revision),
    );
  return (
    <ScrollRegion label={`Table: ${label}`} className={classes.scroll}>
      <table className={classes.matrix} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            {columns.map(({ version, remark }) => (
              <th key={version} scope="col">
                <span className={classes.version}>{version}</span>
                {remark && <span className={classes.under}>{remark}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.policyId}-${row.revision}`}>
              <th scope="row">
                {policyLabel(row)}
                <span className={classes.under}>
                  {row.policyId === null ? 'Reeve’s own pins alone' : `Version ${row.revision}`}
                </span>
              </th>
              {columns.map((column) => (
                <td key={column.version}>
                  <Cell cell={find(row, column)} published={isOfPublished ? row : null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

interface CellProps {
  cell: (ProofCell & { isCurrent?: boolean }) | undefined;
  /** Null where the row is what was proven, whatever is published. */
  published: MatrixRow | null;
}

function sayCellOf({ cell, published }: CellProps): Said {
  if (!cell && published === null) return { tone: 'off', word: 'Not part of it', detail: null };
  return sayCell(cell, cell?.isCurrent === false ? published : null);
}

function Cell({ cell, published }: CellProps) {
  const { tone, word, detail } = sayCellOf({ cell, published });
  const words = (
    <>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      {detail !== null && <span className={classes.under}>{detail}</span>}
    </>
  );
  if (!cell || cell.state === 'waiting') return words;
  return (
    <Link to={paths.proofCell} params={{ id: cell.id }} className={classes.cellLink}>
      {words}
      {cell.finishedAt && (
        <span className={classes.under}>
          <RelativeTime at={cell.finishedAt} />
        </span>
      )}
    </Link>
  );
}
