import { AnswerPage } from './AnswerPage.tsx';
import { useLinkedAccount } from './use-answer.ts';

export function AccountLinkedPage() {
  return (
    <AnswerPage
      title="Linking your account"
      answer={useLinkedAccount()}
      working="Asking GitHub which account is yours…"
      failed="Your account was not linked"
      declined="It was declined on GitHub, so nothing was linked. Begin again if that was not meant."
    />
  );
}
