import type { Ending } from '#contract/task-states.ts';

/** Stops the attempt, which then ends so. `detail` is shown after the ending's own sentence. */
export class AttemptEnded extends Error {
  readonly ending: Ending;
  readonly detail: string | null;

  constructor(ending: Ending, detail: string | null = null, options?: ErrorOptions) {
    super(detail === null ? ending : `${ending}: ${detail}`, options);
    this.name = 'AttemptEnded';
    this.ending = ending;
    this.detail = detail;
  }
}
