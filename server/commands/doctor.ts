import { Command } from 'commander';

export const doctorCommand = () =>
  new Command('doctor').description('Check everything and say what to do').action(async () => undefined);
