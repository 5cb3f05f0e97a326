#include <atomic>
#include <cstring>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include "measure.hpp"
#include "services.hpp"
#if HAVE_SPDLOG
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#endif

namespace {
constexpr int burst = 2000;
const char text[] = "opened document 'chapter-7.md' in 12 ms";

std::string path(const char *name) {
  const char *directory = std::getenv("TMPDIR");
  return std::string(directory != nullptr ? directory : "/tmp") + "/services-" +
         std::to_string(getpid()) + "-" + name + ".log";
}

// Caller's side of bursts that fit into the buffers, on `threads` threads at once; nanoseconds a record.
template <class Body, class Flush> double caller(int threads, Body body, Flush flush) {
  std::vector<double> times(threads);
  std::atomic<int> ready{0};
  std::vector<std::thread> all;
  for (int thread = 0; thread < threads; thread += 1)
    all.emplace_back([&, thread] {
      body(thread);
      ready += 1;
      while (ready < threads) std::this_thread::yield();
      double sum = 0;
      for (int repeat = 0; repeat < 5; repeat += 1) {
        flush();
        double begin = now_ns();
        for (int i = 0; i < burst; i += 1) body(thread);
        sum += now_ns() - begin;
      }
      times[thread] = sum / (5 * burst);
    });
  for (auto &thread : all) thread.join();
  flush();
  double sum = 0;
  for (double time : times) sum += time;
  return sum / threads;
}
}

void benchmark_logging(int rounds) {
  plr_log_remove_sink(PLR_LOG_SINK_STANDARD_ERROR);
  const plr_host *plugin = open_account("plugin");
  auto log = service<plr_log>(plugin, PLR_LOG_ID);
  auto gate = log->gate_of(plugin, "documents");
  plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 1 << 20);
  plr_error error = {};
  error.size = sizeof(error);
  plr_log_sink_options options = {};
  options.size = sizeof(options);
  options.target = PLR_LOG_TARGET_FILE;
  std::string own = path("runtime"), other = path("spdlog");
  options.path = own.c_str();
  plr_log_sink sink;
  if (plr_log_open_sink(&options, &sink, &error) != PLR_OK) {
    std::fprintf(stderr, "%s: %s\n", error.subject, error.message);
    std::exit(1);
  }
  auto submit = [&](int) { log->submit(gate, PLR_LOG_INFO, text, sizeof(text) - 1, nullptr, 0); };
  auto flush = [] { plr_log_flush(UINT64_MAX); };

  auto disabled = [&] {
    constexpr int count = 1 << 22;
    double begin = now_ns();
    for (int i = 0; i < count; i += 1) {
      if (plugin_log_passes(gate, PLR_LOG_DEBUG)) submit(0);
      keep(i);
    }
    return (now_ns() - begin) / count;
  };
  auto loop = [] {
    constexpr int count = 1 << 22;
    double begin = now_ns();
    for (int i = 0; i < count; i += 1) keep(i);
    return (now_ns() - begin) / count;
  };
  std::vector<Candidate> off = {{"this runtime, disabled level", disabled, {}}, {"the empty loop", loop, {}}};
  std::vector<Candidate> one = {{"this runtime", [&] { return caller(1, submit, flush); }, {}}};
  std::vector<Candidate> two = {{"this runtime", [&] { return caller(2, submit, flush); }, {}}};
  constexpr int many = 400000;
  auto stream = [&](auto body, auto flush) {
    return [=] {
      flush();
      double begin = now_ns();
      for (int i = 0; i < many; i += 1) body(0);
      flush();
      return many / (now_ns() - begin) * 1e3;
    };
  };
  std::vector<Candidate> throughput = {{"this runtime", stream(submit, flush), {}}};

#if HAVE_SPDLOG
  spdlog::init_thread_pool(8192, 1);
  auto peer = spdlog::basic_logger_mt<spdlog::async_factory>("peer", other);
  peer->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %-8l [%n] documents: %v", spdlog::pattern_time_type::utc);
  auto peer_submit = [&](int) { peer->info(text); };
  // What is on its way has been written when the queue is empty and one more flush has passed.
  auto peer_flush = [&] {
    while (spdlog::thread_pool()->queue_size() > 0) std::this_thread::yield();
    peer->flush();
    while (spdlog::thread_pool()->queue_size() > 0) std::this_thread::yield();
  };
  off.push_back({"spdlog, disabled level", [&] {
    constexpr int count = 1 << 22;
    double begin = now_ns();
    for (int i = 0; i < count; i += 1) {
      peer->debug(text);
      keep(i);
    }
    return (now_ns() - begin) / count;
  }, {}});
  one.push_back({"spdlog async", [&] { return caller(1, peer_submit, peer_flush); }, {}});
  two.push_back({"spdlog async", [&] { return caller(2, peer_submit, peer_flush); }, {}});
  throughput.push_back({"spdlog async", stream(peer_submit, peer_flush), {}});
#else
  std::printf("\nNOT COMPARED with spdlog: it is not installed (tools/setup --bench)\n");
#endif

  compare("Log: disabled", "ns a call", rounds, off);
  compare("Log: enabled, caller's side, one thread", "ns a record", rounds, one);
  compare("Log: enabled, caller's side, two threads", "ns a record", rounds, two);
  compare("Log: to a file until all is written, one thread", "million records/s", rounds,
          throughput);
  plr_log_statistics statistics = {};
  statistics.size = sizeof(statistics);
  plr_log_get_statistics(nullptr, &statistics);
  std::printf("  of %llu records %llu were written, %llu dropped\n",
              (unsigned long long)statistics.submitted, (unsigned long long)statistics.written,
              (unsigned long long)statistics.dropped);
  plr_log_remove_sink(sink);
  unlink(own.c_str());
  unlink(other.c_str());
}
