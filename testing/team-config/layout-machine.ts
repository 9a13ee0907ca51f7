import path from 'node:path';
import { type AppServer, startAppServer } from '#server/stock-client/app-server.ts';
import { type EffectiveInput, type MachineFiles, machineFiles } from '#server/team-config/index.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { type PolicyAnswers, signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';
import type { Layout } from './layouts/layout.ts';

const systemFolder = '/etc/codex';

const fragments = (contents: readonly string[] = [], kind: string) =>
  contents.map((text, index) => ({ id: `${kind}_${index + 1}`, name: `${kind} ${index + 1}`, contents: text }));

/** The files as the client sees them: its /etc is the machine's. */
function filesOf(machine: ClientMachine): MachineFiles {
  const real = (name: string) =>
    name.startsWith(`${systemFolder}/`) ? path.join(machine.files.etc.path, name.slice('/etc/'.length)) : name;
  return {
    read: (name) => machineFiles.read(real(name)),
    kind: (name) => machineFiles.kind(real(name)),
    realPath: (name) => machineFiles.realPath(real(name)),
  };
}

/** A machine that takes on one layout after the other, with the policy server the client asks. */
export class LayoutMachine {
  readonly machine: ClientMachine;
  readonly server: PolicyAnswers;
  readonly bundle: { answer: object };
  #app: { asked: string; server: AppServer } | null = null;

  private constructor(machine: ClientMachine, server: PolicyAnswers, bundle: { answer: object }) {
    this.machine = machine;
    this.server = server;
    this.bundle = bundle;
  }

  static async open(): Promise<LayoutMachine> {
    const bundle = { answer: {} };
    const server = await startPolicyAnswers(() => bundle.answer);
    return new LayoutMachine(await createClientMachine({ authJson: signedInMember() }), server, bundle);
  }

  /** Where the client finds its server; a user file that it refuses cannot say it. */
  get anchor(): string {
    return `chatgpt_base_url = "${this.server.origin}/backend-api/"\n`;
  }

  /** A provider that answers at once; the client waits long for one that does not. */
  get provider(): string {
    return `{ name = "Scripted", base_url = "${this.server.origin}/v1" }`;
  }

  /** The same for a conversation of the app server. */
  get scripted(): object {
    const scripted = { name: 'Scripted', base_url: `${this.server.origin}/v1` };
    return { modelProvider: 'scripted', config: { model_providers: { scripted } } };
  }

  work(layout: Layout): string {
    const name = layout.name.replaceAll(/\W+/g, '-');
    return path.join(this.machine.files.work.path, name);
  }

  fill(layout: Layout, text: string): string {
    const { codexHome, home } = this.machine.files;
    return text
      .replaceAll('$WORK', this.work(layout))
      .replaceAll('$CODEX_HOME', codexHome.path)
      .replaceAll('$HOME', home.path);
  }

  async layOut(layout: Layout): Promise<void> {
    const { codexHome, etc, work } = this.machine.files;
    const folder = path.relative(work.path, this.work(layout));
    await etc.remove('codex');
    for (const name of await codexHome.list())
      if (name.endsWith('.toml') || name.startsWith('cloud-')) await codexHome.remove(name);
    await work.write(`${folder}/.keep`, '');
    for (const [name, text] of Object.entries(layout.work ?? {}))
      await work.write(`${folder}/${name}`, this.fill(layout, text));
    for (const [name, text] of Object.entries(layout.home ?? {})) await codexHome.write(name, this.fill(layout, text));
    for (const [name, text] of Object.entries({ 'requirements.toml': '', ...layout.system }))
      await etc.write(`codex/${name}`, (name === 'requirements.toml' ? this.anchor : '') + this.fill(layout, text));
    if (layout.user !== undefined) await codexHome.write('config.toml', this.fill(layout, layout.user));
    if (layout.shell === undefined) return;
    const { exitCode, stderr } = await this.machine.shell(layout.shell, { cwd: this.work(layout) });
    if (exitCode !== 0) throw new Error(`${layout.name}: ${stderr}`);
  }

  input(layout: Layout): EffectiveInput {
    const { codexHome, home } = this.machine.files;
    return {
      files: filesOf(this.machine),
      cwd: path.join(this.work(layout), layout.cwd ?? ''),
      codexHome: codexHome.path,
      home: home.path,
      systemFolder,
      flags: layout.flags ?? [],
      profile: layout.profile ?? null,
      trust: 'as-configured',
      defaults: fragments(
        layout.defaults?.map((text) => this.fill(layout, text)),
        'Defaults',
      ),
      requirements: fragments(
        layout.requirements?.map((text) => this.fill(layout, text)),
        'Policy',
      ),
    };
  }

  /** One app server answers for all layouts that differ in files only; a layout with warnings needs its own, which says them at its start. */
  async app(layout: Layout): Promise<AppServer> {
    const { defaults, requirements, flags } = this.input(layout);
    const asked = JSON.stringify([defaults, requirements, flags, layout.warns ? layout.name : null]);
    if (this.#app?.asked === asked) return this.#app.server;
    await this.#app?.server.close();
    this.bundle.answer = {
      config_toml: { enterprise_managed: defaults },
      requirements_toml: { enterprise_managed: requirements },
    };
    const args = flags.flatMap((flag) => ['-c', flag]);
    if (layout.warns) await this.layOut(layout);
    else await this.layOut({ name: 'empty' });
    // What it says at its start is about the folder it starts in.
    const started = this.machine.spawn(['app-server', ...args], layout.warns ? { cwd: this.input(layout).cwd } : {});
    const server = startAppServer(started);
    await server.initialize();
    this.#app = { asked, server };
    return server;
  }

  /** What `codex exec` says when it refuses to start. */
  async exec(layout: Layout): Promise<string> {
    const { profile, cwd } = this.input(layout);
    const chosen = profile === null ? [] : ['--profile', profile];
    const { stdout, stderr } = await this.machine.run(['exec', ...chosen, 'hello'], { cwd });
    return `${stdout}\n${stderr}`;
  }

  /** What `codex exec` prints before it works, e.g. `model` → `gpt-5`. Its app server takes no profile, so this is all there is of one. */
  async header(layout: Layout): Promise<ReadonlyMap<string, string>> {
    const { flags, profile, cwd } = this.input(layout);
    const own = ['model_provider="scripted"', `model_providers.scripted=${this.provider}`];
    const chosen = profile === null ? [] : ['--profile', profile];
    const args = [...chosen, ...[...flags, ...own].flatMap((flag) => ['-c', flag])];
    const { stdout, stderr } = await this.machine.run(['exec', '--skip-git-repo-check', ...args, 'hello'], { cwd });
    const lines = `${stdout}\n${stderr}`.matchAll(/^([a-z ]+): (.*)$/gm);
    return new Map([...lines].map(([, key = '', value = '']) => [key, value]));
  }

  async close(): Promise<void> {
    await this.machine.close();
    await this.server.close();
  }
}
