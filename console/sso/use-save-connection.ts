import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { showDone } from '#console/shell/show-result.ts';

/** Saves one part of a connection and says so. */
export const useSaveConnection = () =>
  useMutation(api.sso.connections.update.mutationOptions({ onSuccess: ({ name }) => showDone(`${name} was saved.`) }));
