import type { ComponentProps, ReactNode } from 'react';
import { useCan } from '#console/session.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { LiveAge } from '#console/ui/LiveAge.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Steady } from '#console/ui/Steady.tsx';
import type { ProofRun, ProofSchedule } from '#contract/proofs.ts';
import { ClientList } from './ClientList.tsx';
import { MatrixAnswer } from './MatrixAnswer.tsx';
import { ProofMatrix } from './ProofMatrix.tsx';
import classes from './Proofs.module.css';
import { ScheduleLine } from './ScheduleLine.tsx';
import { answerMatrix, type Matrix, newestFirst, relevantClients } from './say-matrix.ts';

interface MatrixTabProps {
  matrix: Matrix & { schedule: ProofSchedule; cannotRun: string | null; running: ProofRun | null };
  /** The button that starts a proof; absent for those who may not. */
  prove: ReactNode;
  live: ComponentProps<typeof LiveAge>;
}

/** The answer, what it rests on, and what this server has to find out with. */
export function MatrixTab({ matrix, prove, live }: MatrixTabProps) {
  const mayRun = useCan('verify.run');
  const mayChange = mayRun && matrix.cannotRun === null;
  const answer = answerMatrix(matrix);
  const clients = matrix.clients.toSorted((one, other) => newestFirst(one.version, other.version));
  return (
    <>
      {answer === null ? (
        <EmptyState action={matrix.running === null && matrix.cannotRun === null && prove}>
          {matrix.running === null
            ? 'Nothing is proven yet: what the stock client did with each published policy will stand here.'
            : 'What the stock client did with each published policy stands here as soon as the first combination is through.'}
        </EmptyState>
      ) : (
        <Steady value={matrix} scope="matrix">
          {(shown) => (
            <>
              <MatrixAnswer answer={answerMatrix(shown) ?? answer} />
              <div className={classes.aboveTable}>
                <p className={classes.quiet}>Each published policy with each client; a cell leads to its evidence.</p>
                <LiveAge {...live} />
              </div>
              <ProofMatrix
                isOfPublished
                label="Policies by client versions"
                rows={shown.policies.map(({ id, name, revision }) => ({ policyId: id, policyName: name, revision }))}
                columns={relevantClients(shown).map(({ version, state }) => ({
                  version,
                  remark:
                    state === 'installed'
                      ? null
                      : state === 'installing'
                        ? 'being installed'
                        : 'not installed any more',
                }))}
                cells={shown.cells}
              />
            </>
          )}
        </Steady>
      )}
      <ScheduleLine schedule={matrix.schedule} clients={clients} mayChange={mayChange} />
      <div className={classes.part}>
        <Section
          title="Clients on this server"
          description="Proofs run with exactly these versions, as they come from npm."
        >
          <ClientList clients={clients} mayInstall={mayChange} />
        </Section>
      </div>
    </>
  );
}
