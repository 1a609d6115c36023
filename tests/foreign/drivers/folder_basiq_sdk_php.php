<?php
// The calls of two descendants of the vendor's PHP client, which differ in their namespace: NAMESPACE in the environment says which.
// The address that is written into the client is reached through http_proxy, which the caller sets to the server.

require '/usr/share/php/GuzzleHttp/autoload.php';

$given = getenv();
$namespace = $given['NAMESPACE'];

// Folders and namespaces of one of them differ in their case, as some file systems allow.
$classes = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($given['CLIENT'] . '/src')) as $file) {
    if ($file->getExtension() === 'php') {
        $inside = substr($file->getPathname(), strlen($given['CLIENT'] . '/src/'), -4);
        $classes[strtolower($namespace . '\\' . str_replace('/', '\\', $inside))] = $file->getPathname();
    }
}
spl_autoload_register(function ($class) use ($classes) {
    if (isset($classes[strtolower($class)])) {
        require_once $classes[strtolower($class)];
    }
});

// A warning is a failure: the client read something that the answer does not have. What PHP itself has outdated is not.
error_reporting(E_ALL & ~E_DEPRECATED);
set_error_handler(function ($level, $text) {
    if (error_reporting() & $level) {
        throw new ErrorException($text);
    }
    return true;
});

function call(string $name, callable $act, ?callable $shown = null)
{
    global $given;
    $made = null;
    try {
        $made = $act();
        $line = ['call' => $name, 'value' => $shown ? $shown($made) : $made];
    } catch (Throwable $error) {
        $line = ['call' => $name, 'error' => get_class($error) . ': ' . $error->getMessage()];
    }
    file_put_contents($given['RESULTS'], json_encode($line) . "\n", FILE_APPEND);
    return $made;
}

$person = fn($user) => ['id' => $user->id, 'email' => $user->email, 'mobile' => $user->mobile];
$ids = fn($rows) => array_map(fn($row) => $row->id, $rows);
$money = fn($row) => [$row->id, $row->balance, $row->availableFunds];
$pair = fn($row) => is_array($row) ? [$row['id'], $row['amount']] : [$row->id, $row->amount];

function every_page($found, $pair): array
{
    $rows = array_map($pair, $found->data);
    while ($found->next()) {
        $rows = array_merge($rows, array_map($pair, $found->data));
    }
    return $rows;
}

function settled($job)
{
    do {
        usleep(100000);
        $seen = (fn() => $this->service->getJob($this->id))->call($job);
    } while (array_filter($seen->steps, fn($step) => $step['status'] !== 'success'));
    return $seen;
}

$session = call('token', fn() => new ($namespace . '\\Session')($given['KEY'], '2.0'), fn($made) => (bool) $made->getAccessToken());
$users = new ($namespace . '\\Services\\UserService')($session);
$filter = fn() => new ($namespace . '\\Utilities\\FilterBuilder')();

if ($given['PHASE'] === 'remove') {
    $connections = new ($namespace . '\\Services\\ConnectionService')($session, $session->forUser($given['USER_ID']));
    call('delete connection', fn() => $connections->delete($given['CONNECTION_ID']));
    call('delete user', fn() => $users->delete($given['USER_ID']));
    exit;
}

$listed = fn($found) => isset($found['data']) ? array_map(fn($row) => $row['id'], $found['data']) : array_map(fn($row) => $row->id, $found);
call('list institutions', fn() => $session->getInstitutions(), $listed);
call('get institution', fn() => $session->getInstitution($given['INSTITUTION']), fn($found) => is_array($found) ? $found['id'] : $found->id);
$user = call('create user', fn() => $users->create(['email' => $given['EMAIL'], 'mobile' => $given['MOBILE']]), $person);
call('get user', fn() => $session->getUser($user->id), $person);
$job = call('create connection', fn() => $user->createConnection($given['INSTITUTION'], $given['LOGIN'], $given['PASSWORD']), fn($made) => $made->id);
$seen = settled($job);
call('get job', fn() => $seen, fn($found) => array_map(fn($step) => [$step['title'], $step['status']], $found->steps));
$connection = call('wait for the job', fn() => $job->waitForCredentials(100, 60), fn($found) => [$found->id, $found->status]);
call('get connection', fn() => $seen->getConnection(), fn($found) => [$found->id, $found->status]);
$connections = new ($namespace . '\\Services\\ConnectionService')($session, $user);
$active = $filter()->eq('connection.status', 'active');
call('list connections', fn() => $users->getAllConnections($connections, $user), $ids);
call('filter connections', fn() => $users->getAllConnections($connections, $user, $active), $ids);
$accounts = call('list accounts', fn() => $user->getAccounts(), fn($rows) => array_map($money, $rows));
$here = $filter()->eq('institution.id', $given['INSTITUTION']);
call('filter accounts', fn() => $users->getAccounts($user->id, null, $here), $ids);
$first = $accounts[0]->id;
call('get account', fn() => $user->getAccount($first), $money);
call('list transactions', fn() => every_page($user->getTransactions(), $pair));
$rows = call('posted transactions', fn() => every_page($user->getTransactions($filter()->eq('transaction.status', 'posted')), $pair));
call('posted transactions by pages of 100', fn() => every_page($user->getTransactions($filter()->eq('transaction.status', 'posted'), 100), $pair));
$days = $filter()->eq('account.id', $first)->bt('transaction.postDate', $given['FROM'], $given['TO']);
call('filter transactions', fn() => every_page($user->getTransactions($days), $pair));
$pending = $filter()->eq('transaction.status', 'pending');
call('pending transactions', fn() => every_page($user->getTransactions($pending), $pair));
call('get transaction', fn() => $user->getTransaction($rows[0][0]), $pair);
$stored = $seen->getConnectionId();
call('refresh connection', fn() => $connections->refresh($stored), fn($made) => $made->id);
call('refresh connections', fn() => $user->refreshAllConnections(), $ids);
call('update connection', fn() => $connections->update($stored, $given['PASSWORD']), fn($made) => $made->id);
call('update user', fn() => $user->update(['email' => $given['NEW_EMAIL']]), $person);
if (method_exists($users, 'createAuthLink')) {
    call('create auth link', fn() => $users->createAuthLink($user->id));
    call('get auth link', fn() => $users->retrieveAuthLink($user->id));
    call('delete auth link', fn() => $users->deleteAuthLink($user->id));
    $enrich = new ($namespace . '\\Services\\EnrichService')($session);
    call('enrich', fn() => $enrich->enrich('GARFISH MANLY NS', $given['INSTITUTION'], 'AU'));
}
if (method_exists($users, 'createAffordabilitySummary')) {
    $snapshot = '00000000-0000-4000-8000-000000000000';
    [$from, $to] = [substr($given['FROM'], 0, 7), substr($given['TO'], 0, 7)];
    call('affordability', fn() => $user->createAffordabilitySummary($from, $to)->wait());
    call('get affordability', fn() => $user->fetchAffordabilitySummary($snapshot));
    call('get income', fn() => $user->fetchAffordabilityIncomeSummary($snapshot));
    call('get expenses', fn() => $user->fetchAffordabilityExpenseSummary($snapshot));
}
