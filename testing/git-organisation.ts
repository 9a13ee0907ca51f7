import type { GitConnection } from '#contract/git-servers.ts';
import { type DeliveryConsumer, gitConsumers, openDeliveryWorker } from '#server/connectors/index.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import type { Page } from './codex-cli/follow-browser.ts';
import { foundOrganisation, type Organisation, type Person } from './organisation.ts';
import type { Simulator } from './servers/github/simulator.ts';
import { startGithub } from './servers/github/start-github.ts';
import type { App } from './servers/github/world.ts';
import { startTestReeve, type TestReeve } from './start-reeve.ts';

export interface GitOrganisation {
  reeve: TestReeve;
  github: Simulator;
  organisation: Organisation;
  /** An app in the organisation `example`, owned by `octo-ada`, by way of the manifest. */
  connect(name: string): Promise<{ connection: GitConnection; app: App }>;
  /** Somebody links the account of this login. */
  link(person: Person, connectionId: string, login: string): Promise<void>;
  /** Works on every delivery that is due: the jobs of `reeve serve` do not run here. */
  work(consumers?: readonly DeliveryConsumer[]): Promise<void>;
  close(): Promise<void>;
}

const fromHtml = (html: string): string =>
  html.replace(/&(?:#(\d+)|quot|lt|gt|amp);/g, (whole, code) =>
    code ? String.fromCharCode(Number(code)) : ({ '&quot;': '"', '&lt;': '<', '&gt;': '>' }[whole] ?? '&'),
  );

/** The one form of a page: where it goes, and its fields as they stand. */
export function formIn({ body, url }: Page): { action: string; fields: Record<string, string> } {
  const action = /<form[^>]*\saction="([^"]*)"/.exec(body)?.[1];
  const inputs = [...body.matchAll(/<input[^>]*\sname="([^"]*)"[^>]*\svalue="([^"]*)"/g)];
  return {
    action: action === undefined ? url.href : fromHtml(action),
    fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, fromHtml(value)])),
  };
}

/** Presses the button of a page's only form. */
export async function press({ browser }: Person, page: Page, answer: Record<string, string> = {}): Promise<Page> {
  const { action, fields } = formIn(page);
  return browser.submit(action, { ...fields, ...answer });
}

const answerIn = ({ url }: Page) => ({
  code: url.searchParams.get('code') ?? '',
  state: url.searchParams.get('state') ?? '',
});

export async function linkAccount(github: Simulator, person: Person, connectionId: string, login: string) {
  github.signInAs(login);
  const { url } = await person.api.git.startLink({ connectionId });
  const led = await press(person, await person.browser.get(url), { answer: 'yes' });
  await person.api.git.finishLink(answerIn(led));
}

/** The example organisation beside a GitHub of its own, behind the real server. */
export async function openGitOrganisation(environment: Record<string, string> = {}): Promise<GitOrganisation> {
  const reeve = await startTestReeve(environment);
  const github = await startGithub({ isPlain: true, webhookAuthorityPem: () => reeve.authorityPem ?? undefined });
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  github.addUser('octo-ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addOrganization('example', { owners: ['octo-ada'] });
  return {
    reeve,
    github,
    organisation,
    async connect(name) {
      github.signInAs('octo-ada');
      const begun = await owner.api.git.startGithub({ baseUrl: github.origin, organization: 'example', name });
      const asked = await press(owner, await owner.browser.get(begun.url));
      const connection = await owner.api.git.finishGithub(answerIn(await press(owner, asked)));
      const app = [...github.world.apps.values()].find((each) => each.name === name);
      if (!app) throw new Error(`GitHub has no app ${name}`);
      return { connection, app };
    },
    link: (person, connectionId, login) => linkAccount(github, person, connectionId, login),
    async work(consumers = gitConsumers(reeve.services)) {
      const worker = openDeliveryWorker(reeve.services, consumers);
      while (await worker.run());
    },
    async close() {
      await reeve.close();
      await github.close();
    },
  };
}
