export {
  type AddressClues,
  type AddressSource,
  chooseOwnAddress,
  type OwnAddress,
} from './choose-own-address.ts';
export { askEchoServices, ECHO_SERVICES } from './echo-services.ts';
export { type AddressPorts, findOwnAddress } from './find-own-address.ts';
