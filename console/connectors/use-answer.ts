import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { showDone } from '#console/shell/show-result.ts';

/** What GitHub appended to the address, or why nothing can be done with it. */
export type Answer =
  | { state: 'working' }
  | { state: 'declined' }
  | { state: 'incomplete' }
  | { state: 'failed'; error: unknown };

interface GivenAnswer {
  code?: string | undefined;
  state?: string | undefined;
  error?: string | undefined;
}

function useOnce(given: GivenAnswer, send: (input: { code: string; state: string }) => void): void {
  const sent = useRef(false);
  const { code, state } = given;
  useEffect(() => {
    // The code is good once.
    if (sent.current || code === undefined || state === undefined) return;
    sent.current = true;
    send({ code, state });
  }, [code, state, send]);
}

function asAnswer(given: GivenAnswer, failure: unknown): Answer {
  if (given.error !== undefined) return { state: 'declined' };
  if (given.code === undefined || given.state === undefined) return { state: 'incomplete' };
  return failure ? { state: 'failed', error: failure } : { state: 'working' };
}

export function useMadeApp(): Answer {
  const given = useSearch({ from: '/shell/git/app-made' });
  const navigate = useNavigate();
  const finish = useMutation(
    api.git.finishGithub.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`The app ${name} is made, and its key is kept sealed here. Install it next.`);
        void navigate({ to: paths.git, replace: true });
      },
    }),
  );
  useOnce(given, finish.mutate);
  return asAnswer(given, finish.error);
}

export function useLinkedAccount(): Answer {
  const given = useSearch({ from: '/shell/git/account-linked' });
  const navigate = useNavigate();
  const finish = useMutation(
    api.git.finishLink.mutationOptions({
      onSuccess: ({ login }) => {
        showDone(`Your account ${login} is linked.`);
        void navigate({ to: paths.git, replace: true });
      },
    }),
  );
  useOnce(given, finish.mutate);
  return asAnswer(given, finish.error);
}
