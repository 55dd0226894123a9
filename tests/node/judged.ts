// What a payload of each kind must be, in Slack's own types. Unknown kinds of block are not let through.
import type { HomeView, KnownBlock, ModalView } from '@slack/types';

type Known<View> = Omit<View, 'blocks'> & { blocks: KnownBlock[] };

export interface Message {
  text: string;
  blocks?: KnownBlock[];
  response_type?: 'ephemeral' | 'in_channel';
}
export type Modal = Known<ModalView>;
export type Home = Known<HomeView>;
export type FormAnswer =
  | Record<string, never>
  | { response_action: 'clear' }
  | { response_action: 'update' | 'push'; view: Modal }
  | { response_action: 'errors'; errors: Record<string, string> };
