/** All that the first images need only once they are shown, as one script. */
export { Detail } from '../detail/detail.ts';
export { NearView } from '../near/near-view.ts';
export { searchNear } from '../near/search-near.ts';
export { advise } from '../results/advice.ts';
export { moving } from '../results/moving.ts';
