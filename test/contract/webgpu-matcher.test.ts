import { afterAll } from 'vitest';
import {
  createWebgpuMatcher,
  type DeviceOptions,
  type MatchDevice,
} from '../../shared/match/webgpu/index.ts';
import { nodeMatchDevice } from '../../shared/platform/match/webgpu-device.ts';
import { describeMatchers, type MakeMatcher, type MatcherCase } from './matcher-suite.ts';

/** Devices of the suite: matchers of one kind share a device and its shaders, which take long to compile here. */
const devices = new Map<string, Promise<MatchDevice>>();

const webgpu =
  (options: DeviceOptions): MakeMatcher =>
  async (config, parameters) => {
    const key = JSON.stringify(options);
    const opened = devices.get(key) ?? nodeMatchDevice(options);
    devices.set(key, opened);
    return createWebgpuMatcher(config, parameters, { ...(await opened), destroy: () => {} });
  };

afterAll(async () => {
  for (const device of devices.values()) (await device).destroy();
});

const MATCHERS: readonly MatcherCase[] = [
  ['webgpu', 'webgpu', webgpu({})],
  // 128 bytes of workgroup memory: for most pairs nothing fits.
  ['webgpu without subgroups, in scratch', 'webgpu', webgpu({ subgroups: false, workgroupBytes: 128 })],
];

describeMatchers(MATCHERS);
