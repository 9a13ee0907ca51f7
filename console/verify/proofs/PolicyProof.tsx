import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { cellToName } from './cell-to-name.ts';
import { verdictWords } from './proof-words.ts';
import type { MatrixCell } from './say-matrix.ts';

/** Whether the stock client keeps this policy, in a line on its page; for whoever may see proofs. */
export function PolicyProof({ policyId }: { policyId: string }) {
  const maySee = useCan('verify.read');
  const matrix = useQuery(api.proofs.matrix.queryOptions({ enabled: maySee }));
  if (!maySee || !matrix.data) return null;
  const published = matrix.data.policies.find(({ id }) => id === policyId);
  if (!published) return null;
  const cell = cellToName(matrix.data.cells.filter((one) => one.policyId === policyId));
  if (!cell?.verdict)
    return (
      <>
        {' '}
        <TextLink to={paths.proofs} inherit>
          Not proven yet
        </TextLink>
        .
      </>
    );
  return (
    <>
      {' '}
      <TextLink to={paths.proofCell} params={{ id: cell.id }} inherit>
        {provenWords(cell)} with {cell.clientVersion}: {verdictWords[cell.verdict].toLowerCase()}
      </TextLink>
      {cell.finishedAt && (
        <>
          , <RelativeTime at={cell.finishedAt} />
        </>
      )}
      .
    </>
  );
}

/** What did not hold is not called proven. */
const provenWords = ({ verdict, isCurrent, revision }: MatrixCell): string => {
  const word = verdict === 'held' ? 'proven' : 'tried';
  return isCurrent ? `${word.charAt(0).toUpperCase()}${word.slice(1)}` : `Version ${revision} ${word}`;
};
