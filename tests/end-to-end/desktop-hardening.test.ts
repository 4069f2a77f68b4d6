import { builtProgram } from '../support/desktop-app.ts';
import { hardeningSuite } from './desktop-hardening-suite.ts';

hardeningSuite(() => builtProgram, builtProgram.isReal);
