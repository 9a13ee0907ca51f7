import { AnswerPage } from './AnswerPage.tsx';
import { useMadeApp } from './use-answer.ts';

export function AppMadePage() {
  return (
    <AnswerPage
      title="Connecting GitHub"
      answer={useMadeApp()}
      working="Taking over the app that GitHub made, with its key…"
      failed="The app was not connected"
      declined="It was declined on GitHub, so nothing was made or changed. Begin again if that was not meant."
    />
  );
}
