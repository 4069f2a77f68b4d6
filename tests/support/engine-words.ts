import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/*
 * What the engine can say to people, read from its sources. Sentences are often put together: of a name, a verb and advice that stand in
 * three functions. So expressions are followed to the texts they can have: through constants, tables, conditions and helpers of any
 * file, and for each place that calls a helper with what it gives.
 */

/** Stands for what a sentence has of its case: a name, a figure. */
export const something = '7';

/** What becomes of words: which part of the console translates them. */
export type Kind = 'refusal' | 'meaning' | 'measured' | 'notice' | 'detail' | 'problem';

export interface Said {
  readonly file: string;
  readonly kind: Kind;
  readonly sentence: string;
}

const main = path.resolve(import.meta.dirname, '../../main');
/** Of one expression: more are no sentences but data. */
const maximumTexts = 400;
const maximumDepth = 24;

/** A parameter with what the caller gives for it; undefined: nothing. */
type Given = ReadonlyMap<ts.Symbol, ts.Expression | undefined>;

/** Who calls has to be known first. */
class CallerWanted extends Error {
  readonly called: ts.SignatureDeclaration;

  constructor(called: ts.SignatureDeclaration) {
    super('a parameter of a function');
    this.called = called;
  }
}

/** All words of the engine that a person may read, each once. */
export function engineWords(): readonly Said[] {
  return new EngineSources(main).said();
}

class EngineSources {
  readonly #folder: string;
  readonly #files: readonly ts.SourceFile[];
  readonly #checker: ts.TypeChecker;
  /** Where each function is called. */
  readonly #calls = new Map<ts.Node, (ts.CallExpression | ts.NewExpression)[]>();

  constructor(folder: string) {
    this.#folder = folder;
    const names = globSync('**/*.ts', { cwd: folder })
      .filter((file) => !file.startsWith('demo'))
      .map((file) => path.join(folder, file));
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
      noLib: true,
      types: [],
      allowImportingTsExtensions: true,
      noEmit: true,
    };
    const host = ts.createCompilerHost(options);
    // Packages say nothing to people.
    host.resolveModuleNameLiterals = (literals, from) =>
      literals.map(({ text }) => ({
        resolvedModule:
          text.startsWith('.') && text.endsWith('.ts')
            ? { resolvedFileName: path.resolve(path.dirname(from), text), extension: ts.Extension.Ts }
            : undefined,
      }));
    host.getSourceFile = (file, version) =>
      file.startsWith(folder)
        ? ts.createSourceFile(file, readFileSync(file, 'utf8'), version, true)
        : undefined;
    const program = ts.createProgram(names, options, host);
    this.#checker = program.getTypeChecker();
    this.#files = program.getSourceFiles();
    for (const file of this.#files) {
      each(file, (node) => {
        if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
        const called = this.#functionOf(node.expression);
        if (called === undefined) return;
        const calls = this.#calls.get(called);
        if (calls === undefined) this.#calls.set(called, [node]);
        else calls.push(node);
      });
    }
  }

  said(): readonly Said[] {
    const found = new Map<string, Said>();
    for (const source of this.#files) {
      const file = path.relative(this.#folder, source.fileName).replaceAll('\\', '/');
      const take = (kind: Kind, words: ts.Expression | undefined) => {
        if (words === undefined) return;
        for (const sentence of this.#textsAt(words, new Map(), 0)) {
          // One word is a name or a code; without any it is nothing but what was given.
          if (/\p{L}{2}/u.test(sentence) && sentence.includes(' '))
            found.set(`${file} ${kind} ${sentence}`, { file, kind, sentence });
        }
      };
      each(source, (node) => this.#takeFrom(node, take));
    }
    return [...found.values()];
  }

  /** Where words leave the engine. */
  #takeFrom(node: ts.Node, take: (kind: Kind, words: ts.Expression | undefined) => void): void {
    if (ts.isNewExpression(node) && node.expression.getText() === 'GatehouseError')
      take('refusal', node.arguments?.[1]);
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText();
      if (called === 'GatehouseError.ofField') take('refusal', node.arguments[1]);
      if (/\.notify$/.test(called)) take('notice', node.arguments[1]);
      if (/\bonProblem$/.test(called)) take('problem', node.arguments[0]);
      if (schemaChecks.test(called))
        for (const words of node.arguments) if (isText(words)) take('refusal', words);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const values = valuesOf(node);
      if (values.has('path')) take('refusal', values.get('message'));
      if (values.has('measured')) {
        take('meaning', values.get('meaning'));
        take('meaning', values.get('advice'));
        take('measured', values.get('measured'));
      }
      if (values.has('kind') && values.has('state')) take('detail', values.get('detail'));
      if (values.has('name') && values.has('reason')) take('problem', values.get('reason'));
    }
    if (ts.isReturnStatement(node)) {
      const from = ts.findAncestor(node, (each): each is ts.FunctionLikeDeclaration =>
        ts.isFunctionLike(each),
      );
      const owner = from !== undefined && ts.isVariableDeclaration(from.parent) ? from.parent : from;
      const head = owner?.getText().slice(0, owner.getText().indexOf('{')) ?? '';
      if (/\$Zod(?:ErrorMap|RawIssue)/.test(head)) take('refusal', node.expression);
      // What stands in the way of the console for other computers.
      if (/^#problemOf\b/.test(head)) take('problem', node.expression);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
      if (/^this\.#(?:failure|problem)$/.test(node.left.getText())) take('problem', node.right);
  }

  /** The texts of an expression, for each caller that matters to it. */
  #textsAt(node: ts.Expression, given: Given, depth: number): readonly string[] {
    try {
      return this.#texts(node, given, 0);
    } catch (error) {
      if (!(error instanceof CallerWanted)) throw error;
      const { called } = error;
      const calls = depth < maximumDepth ? (this.#calls.get(called) ?? []) : [];
      const parameters = called.parameters.map(({ name }) => this.#symbolOf(name));
      if (calls.length === 0) {
        const unknown = new Map(given);
        for (const symbol of parameters) if (symbol !== undefined) unknown.set(symbol, undefined);
        return this.#textsAt(node, unknown, depth + 1);
      }
      const texts = calls.flatMap((call) =>
        this.#textsAt(node, withArguments(given, parameters, call), depth + 1),
      );
      return [...new Set(texts)];
    }
  }

  /** @throws CallerWanted where it depends on a parameter that nobody has given */
  #texts(node: ts.Expression, given: Given, depth: number): readonly string[] {
    if (depth > maximumDepth) return [something];
    const texts = (part: ts.Expression) => this.#texts(part, given, depth + 1);
    if (isText(node) && ts.isStringLiteralLike(node)) return [node.text];
    if (ts.isTemplateExpression(node)) {
      const { head, templateSpans } = node;
      return templateSpans.reduce<readonly string[]>(
        (before, { expression, literal }) => {
          const parts = texts(expression);
          return all(before, parts.length === 0 ? [something] : parts, [literal.text]);
        },
        [head.text],
      );
    }
    if (ts.isBinaryExpression(node)) {
      const kind = node.operatorToken.kind;
      if (kind === ts.SyntaxKind.PlusToken) return all(texts(node.left), texts(node.right));
      if (kind === ts.SyntaxKind.QuestionQuestionToken)
        return [...new Set([...texts(node.left), ...texts(node.right)])];
      if (kind === ts.SyntaxKind.BarBarToken)
        return [...new Set([...texts(node.left).filter((text) => text !== ''), ...texts(node.right)])];
      return [something];
    }
    if (ts.isConditionalExpression(node)) {
      const holds = this.#holds(node.condition, given);
      return [
        ...(holds === false ? [] : texts(node.whenTrue)),
        ...(holds === true ? [] : texts(node.whenFalse)),
      ];
    }
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAwaitExpression(node)
    )
      return texts(node.expression);
    if (ts.isIdentifier(node)) return this.#textsOfName(node, given, depth);
    if (ts.isElementAccessExpression(node)) {
      const table = this.#tableOf(node.expression);
      if (table === undefined) return [something];
      return [...valuesOf(table).values()].flatMap(texts);
    }
    if (ts.isPropertyAccessExpression(node)) {
      const table = this.#tableOf(node.expression);
      const value = table === undefined ? undefined : valuesOf(table).get(node.name.text);
      return value === undefined ? [something] : texts(value);
    }
    if (ts.isCallExpression(node)) return this.#textsOfCall(node, given, depth);
    return [something];
  }

  #textsOfName(node: ts.Identifier, given: Given, depth: number): readonly string[] {
    if (node.text === 'undefined') return [];
    const symbol = this.#symbolOf(node);
    if (symbol === undefined) return [something];
    if (given.has(symbol)) {
      const value = given.get(symbol);
      if (value !== undefined) return this.#texts(value, given, depth + 1);
      const declared = symbol.valueDeclaration;
      const usual = declared !== undefined && ts.isParameter(declared) ? declared.initializer : undefined;
      return usual === undefined ? [something] : this.#texts(usual, given, depth + 1);
    }
    const declared = symbol.valueDeclaration;
    if (declared === undefined) return [something];
    if (ts.isParameter(declared)) {
      const { parent } = declared;
      if (declared.dotDotDotToken !== undefined || ts.isConstructorDeclaration(parent)) return [something];
      throw new CallerWanted(parent);
    }
    if (!ts.isVariableDeclaration(declared) || declared.initializer === undefined) return [something];
    const isConstant = (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
    if (!isConstant || ts.isForOfStatement(declared.parent.parent)) return [something];
    return this.#texts(declared.initializer, given, depth + 1);
  }

  /** What a helper returns. */
  #textsOfCall(node: ts.CallExpression, given: Given, depth: number): readonly string[] {
    if (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'trim')
      return this.#texts(node.expression.expression, given, depth + 1).map((text) => text.trim());
    const called = this.#functionOf(node.expression);
    if (called?.body === undefined) return [something];
    const parameters = called.parameters.map(({ name }) => this.#symbolOf(name));
    const inside = withArguments(given, parameters, node);
    const returned = ts.isBlock(called.body) ? returnsOf(called.body) : [called.body];
    const texts = returned.flatMap((value) => this.#texts(value, inside, depth + 1));
    return texts.length === 0 ? [something] : [...new Set(texts)];
  }

  /** Whether a comparison with a literal holds; undefined: it depends. */
  #holds(condition: ts.Expression, given: Given): boolean | undefined {
    if (!ts.isBinaryExpression(condition)) return undefined;
    const { left, operatorToken, right } = condition;
    if (operatorToken.kind !== ts.SyntaxKind.EqualsEqualsEqualsToken || !ts.isStringLiteral(right))
      return undefined;
    const [text, ...others] = this.#texts(left, given, 0);
    if (text === undefined || text === something || others.length > 0) return undefined;
    return text === right.text;
  }

  #tableOf(node: ts.Expression): ts.ObjectLiteralExpression | undefined {
    const declared = this.#symbolOf(node)?.valueDeclaration;
    if (declared === undefined || !ts.isVariableDeclaration(declared)) return undefined;
    let value = declared.initializer;
    while (value !== undefined && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)))
      value = value.expression;
    return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
  }

  #symbolOf(node: ts.Node): ts.Symbol | undefined {
    const shorthand = ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
    const symbol = shorthand
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return undefined;
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #functionOf(node: ts.Expression): ts.FunctionLikeDeclaration | undefined {
    const name = ts.isPropertyAccessExpression(node) ? node.name : node;
    if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name)) return undefined;
    const declared = this.#symbolOf(name)?.valueDeclaration;
    if (declared === undefined) return undefined;
    if (ts.isFunctionDeclaration(declared) || ts.isMethodDeclaration(declared)) return declared;
    const value =
      ts.isVariableDeclaration(declared) || ts.isPropertyAssignment(declared)
        ? declared.initializer
        : undefined;
    return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))
      ? value
      : undefined;
  }
}

/** Of zod, where a message may stand. */
const schemaChecks = /\.(?:min|max|length|regex|int|refine|check|email|startsWith|url)$/;

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function each(node: ts.Node, take: (node: ts.Node) => void): void {
  take(node);
  ts.forEachChild(node, (child) => each(child, take));
}

function valuesOf(table: ts.ObjectLiteralExpression): ReadonlyMap<string, ts.Expression> {
  const values = new Map<string, ts.Expression>();
  for (const property of table.properties) {
    if (ts.isShorthandPropertyAssignment(property)) values.set(property.name.text, property.name);
    else if (ts.isPropertyAssignment(property))
      values.set(property.name.getText().replace(/^['"]|['"]$/g, ''), property.initializer);
  }
  return values;
}

/** Not those of functions within. */
function returnsOf(body: ts.Block): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

function withArguments(
  given: Given,
  parameters: readonly (ts.Symbol | undefined)[],
  call: ts.CallExpression | ts.NewExpression,
): Given {
  const values = new Map(given);
  for (const [index, symbol] of parameters.entries())
    if (symbol !== undefined) values.set(symbol, call.arguments?.[index]);
  return values;
}

/** Each of the first with each of the next. */
function all(...parts: readonly (readonly string[])[]): readonly string[] {
  const texts = parts.reduce(
    (before, next) => before.flatMap((start) => next.map((end) => start + end)),
    [''],
  );
  return [...new Set(texts)].slice(0, maximumTexts);
}
